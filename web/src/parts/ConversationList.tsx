/** The conversations: resume, rename, delete, start anew. */

import { useState } from "preact/hooks";
import type { Conversation } from "../api/types";
import { composerFocus } from "../state/composer";
import { newConversation, openConversation, removeConversation, rename } from "../state/conversations";
import { drawerOpen } from "../state/drawer";
import { showProblem } from "../state/receipt";
import { go, route } from "../state/route";
import { conversations, conversation as current, threadOpen } from "../state/thread";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";

function resume(id: number): void {
  drawerOpen.value = false;
  go({ view: route.value.view, conversation: id });
  void openConversation(id);
}

function startNew(): void {
  drawerOpen.value = false;
  newConversation();
  composerFocus.value += 1;
}

function Manage({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const [title, setTitle] = useState(conversation.title);
  const finish = (work: Promise<void>) => {
    onClose();
    work.catch(showProblem);
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    const next = title.trim();
    if (next) finish(rename(conversation.id, next));
  };
  return (
    <Dialog title="Conversation" onClose={onClose}>
      <form class="say-when" onSubmit={onSubmit}>
        <input
          aria-label="Conversation name"
          maxLength={200}
          value={title}
          onInput={(event) => setTitle(event.currentTarget.value)}
        />
        <button type="submit" class="button button-primary">
          Rename
        </button>
      </form>
      <p class="dialog-lead">Deleting it removes its messages. Your tasks stay.</p>
      <button
        type="button"
        class="button button-quiet-danger"
        onClick={() => finish(removeConversation(conversation.id))}
      >
        <Icon name="trash" />
        Delete conversation
      </button>
    </Dialog>
  );
}

function Row({ conversation }: { conversation: Conversation }) {
  const [managing, setManaging] = useState(false);
  const open = threadOpen.value && current.value === conversation.id;
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    resume(conversation.id);
  };
  const title = conversation.title || "Untitled";
  return (
    <li class="nav-row">
      <a
        class="nav-link"
        href={`/c/${conversation.id}`}
        aria-current={open ? "true" : undefined}
        onClick={onClick}
      >
        <span class="nav-text">{title}</span>
      </a>
      <button
        type="button"
        class="icon-button nav-more"
        aria-label={`Rename or delete conversation ${title}`}
        onClick={() => setManaging(true)}
      >
        <Icon name="more" />
      </button>
      {managing && <Manage conversation={conversation} onClose={() => setManaging(false)} />}
    </li>
  );
}

export function ConversationList() {
  return (
    <section class="nav-section" aria-label="Conversations">
      <div class="nav-section-head">
        <h2>Conversations</h2>
        <button
          type="button"
          class="icon-button"
          aria-label="New conversation"
          title="New conversation"
          onClick={startNew}
        >
          <Icon name="plus" />
        </button>
      </div>
      {conversations.value.length > 0 && (
        <ul>
          {conversations.value.map((conversation) => (
            <Row key={conversation.id} conversation={conversation} />
          ))}
        </ul>
      )}
    </section>
  );
}
