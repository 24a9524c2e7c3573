/** What the palette finds for what is typed, and what choosing it does. */

import { dueWords } from "../lib/due";
import { findTasks, fits, plain, wordsOf } from "../lib/find";
import { here } from "../state/clock";
import { composerFocus, fillComposer } from "../state/composer";
import { newConversation, openConversation } from "../state/conversations";
import { keysOpen } from "../state/drawer";
import { openTask } from "../state/link";
import { go, goToView, route } from "../state/route";
import { user } from "../state/session";
import { completed, labels, open } from "../state/tasks";
import { conversations } from "../state/thread";
import type { IconName } from "./Icon";
import { VIEWS } from "./views";

export interface Found {
  key: string;
  icon: IconName;
  title: string;
  /** What it is, or when it is due. */
  hint: string;
  choose: () => void;
}

const MOST_TASKS = 30;
const MOST_OTHERS = 6;

function places(): Found[] {
  const names = ["today", "upcoming", "all", "completed", "trash", "settings"] as const;
  const all = user.value?.admin ? ([...names, "ready"] as const) : names;
  return all.map((name) => ({
    key: `view ${name}`,
    icon: VIEWS[name].icon,
    title: VIEWS[name].title,
    hint: "Go to",
    choose: () => goToView({ name }),
  }));
}

function doings(): Found[] {
  return [
    {
      key: "new conversation",
      icon: "plus",
      title: "New conversation",
      hint: "",
      choose: () => {
        newConversation();
        composerFocus.value += 1;
      },
    },
    {
      key: "keys",
      icon: "key",
      title: "Keys",
      hint: "",
      choose: () => {
        keysOpen.value = true;
      },
    },
  ];
}

function ofLabels(): Found[] {
  return labels.value.map(([label, count]) => ({
    key: `label ${label}`,
    icon: "tag",
    title: `#${label}`,
    hint: count.toLocaleString(),
    choose: () => goToView({ name: "label", label }),
  }));
}

function ofConversations(): Found[] {
  return conversations.value.map(({ id, title }) => ({
    key: `conversation ${id}`,
    icon: "chat",
    title: title || "Untitled",
    hint: "Conversation",
    choose: () => {
      go({ view: route.value.view, conversation: id });
      void openConversation(id);
    },
  }));
}

function ofTasks(query: string): Found[] {
  const tasks = findTasks([...open.value, ...(completed.value ?? [])], query, MOST_TASKS);
  return tasks.map(({ id, title, due_date, completed: done }) => ({
    key: `task ${id}`,
    icon: done ? "checkCircle" : "inbox",
    title,
    hint: done ? "Completed" : due_date ? dueWords(due_date, here.value) : "",
    choose: () => void openTask(id),
  }));
}

/** What is no search after all goes to the line. */
const saying = (query: string): Found => ({
  key: "say",
  icon: "arrowUp",
  title: `Say “${query}”`,
  hint: "",
  choose: () => fillComposer(query),
});

/** What there is for these words, tasks first; without any, where one can go. */
export function find(query: string): Found[] {
  const words = wordsOf(query);
  if (words.length === 0) return [...places(), ...doings()];
  const others = [...places(), ...doings(), ...ofLabels(), ...ofConversations()]
    .map((found) => ({ found, fit: fits(plain(found.title), words) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit)
    .slice(0, MOST_OTHERS)
    .map(({ found }) => found);
  return [...ofTasks(query), ...others, saying(query.trim())];
}
