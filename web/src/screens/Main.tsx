/** The main screen: navigation, list, thread, and the composer under them. */

import { useEffect } from "preact/hooks";
import { instantWords } from "../lib/due";
import { hasKeyboard } from "../lib/pointer";
import type { View as Shown } from "../lib/route";
import { BulkBar } from "../parts/BulkBar";
import { Composer } from "../parts/Composer";
import { Icon, Logo } from "../parts/Icon";
import { Keys } from "../parts/Keys";
import { Nav } from "../parts/Nav";
import { OutboxLine } from "../parts/Outbox";
import { Palette } from "../parts/Palette";
import { Queue } from "../parts/Queue";
import { ReceiptLine } from "../parts/ReceiptLine";
import { Reschedule } from "../parts/Reschedule";
import { TaskList } from "../parts/TaskList";
import { Thread } from "../parts/Thread";
import { viewTitle } from "../parts/views";
import { here } from "../state/clock";
import { composerFocus } from "../state/composer";
import { online } from "../state/connection";
import { openAwaited, openConversation } from "../state/conversations";
import { drawerOpen, paletteOpen } from "../state/drawer";
import { openLinkedTask } from "../state/link";
import { followEvents } from "../state/live";
import { followHistory, goToView, route } from "../state/route";
import { user } from "../state/session";
import { heardAt, refresh } from "../state/tasks";
import { closeThread, loadConversations, showThread, spoken, threadOpen } from "../state/thread";
import { Ready } from "./Ready";
import { Settings } from "./Settings";

const MINUTE_MS = 60_000;

/** Looks again whenever the person comes back, and once a minute so that “Today” stays true. */
function useFreshness(): void {
  useEffect(() => {
    const look = () => void refresh();
    const onVisible = () => {
      if (document.visibilityState === "visible") look();
    };
    const timer = setInterval(onVisible, MINUTE_MS);
    addEventListener("focus", look);
    addEventListener("online", look);
    // An answer that was on its way may have said otherwise; and this very machine is reached without a network.
    addEventListener("offline", look);
    document.addEventListener("visibilitychange", onVisible);
    void loadConversations();
    const unfollow = followEvents();
    return () => {
      unfollow();
      clearInterval(timer);
      removeEventListener("focus", look);
      removeEventListener("online", look);
      removeEventListener("offline", look);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, []);
}

function useAddress(): void {
  useEffect(() => {
    const { conversation: id, view } = route.value;
    // Who comes to say something can begin at once.
    if (hasKeyboard() && view.name !== "settings" && view.name !== "ready") composerFocus.value += 1;
    void (id === null ? openAwaited() : openConversation(id));
    void openLinkedTask();
    followHistory((conversation) => {
      if (conversation === null) threadOpen.value = false;
      else void openConversation(conversation);
    });
  }, []);
  const { view } = route.value;
  const name = viewTitle(view);
  useEffect(() => {
    document.title = `${name} · Saydo`;
    void refresh();
  }, [name]);
}

function Bar() {
  const toggleThread = () => (threadOpen.value ? closeThread() : showThread());
  return (
    <header class="bar">
      <button
        type="button"
        class="icon-button"
        id="menu"
        aria-label="Menu"
        aria-expanded={drawerOpen.value}
        aria-controls="nav"
        onClick={() => {
          drawerOpen.value = !drawerOpen.value;
        }}
      >
        <Icon name="menu" />
      </button>
      <span class="bar-brand">
        <Logo />
        Saydo
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Search"
        onClick={() => {
          paletteOpen.value = true;
        }}
      >
        <Icon name="search" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Conversation"
        aria-pressed={threadOpen.value}
        onClick={toggleThread}
      >
        <Icon name="chat" />
      </button>
    </header>
  );
}

function Offline() {
  if (online.value) return null;
  const at = heardAt.value;
  return (
    <div class="offline" role="status">
      <Icon name="cloudOff" />
      <span>{at === null ? "Offline" : `Offline – as of ${instantWords(at, here.value)}`}</span>
      <button type="button" class="button button-small" onClick={() => void refresh()}>
        Try again
      </button>
    </div>
  );
}

/** Replies for those who listen, whole; the thread itself says nothing while it grows. */
function Spoken() {
  return (
    <p class="sr-only" id="spoken" role="status">
      {threadOpen.value && spoken.value}
    </p>
  );
}

function View({ name }: { name: Shown["name"] }) {
  const admin = user.value?.admin === true;
  // For everybody else there is no such page.
  const away = name === "ready" && !admin;
  useEffect(() => {
    if (away) goToView({ name: "all" });
  }, [away]);
  if (name === "settings") return <Settings />;
  return name === "ready" && admin ? <Ready /> : <TaskList />;
}

export function Main() {
  useFreshness();
  useAddress();
  const closeDrawer = () => {
    drawerOpen.value = false;
  };
  return (
    <div class={threadOpen.value ? "app app-thread" : "app"}>
      <a class="skip" href="#composer">
        Skip to the composer
      </a>
      <Bar />
      <Nav />
      {drawerOpen.value && (
        <button type="button" class="scrim" aria-label="Close menu" onClick={closeDrawer} />
      )}
      <main class="list" id="list" tabIndex={-1} inert={drawerOpen.value}>
        <div class="list-inner">
          <Offline />
          <View name={route.value.view.name} />
        </div>
      </main>
      {threadOpen.value && <Thread />}
      <Spoken />
      <section class="dock" aria-label="Composer" inert={drawerOpen.value}>
        <OutboxLine />
        <BulkBar />
        <ReceiptLine />
        <Queue />
        <Composer />
      </section>
      <Reschedule />
      <Palette />
      <Keys />
    </div>
  );
}
