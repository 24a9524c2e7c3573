/** Where to: the views, the labels, the conversations. */

import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { drawerOpen, paletteOpen } from "../state/drawer";
import { goToView, route, type View, viewPath } from "../state/route";
import { user } from "../state/session";
import { labels, open, todayCount } from "../state/tasks";
import { closeThread } from "../state/thread";
import { ConversationList } from "./ConversationList";
import { Icon, type IconName, Logo } from "./Icon";
import { VIEWS } from "./views";

interface LinkProps {
  view: View;
  icon: IconName;
  title: string;
  count?: number;
  hint?: string;
}

function NavLink({ view, icon, title, count, hint }: LinkProps) {
  const path = viewPath(view);
  const current = viewPath(route.value.view) === path;
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    drawerOpen.value = false;
    // Where a conversation lies over the list, it would hide what the person wants to see.
    if (matchMedia("(width < 1120px)").matches) closeThread();
    goToView(view);
  };
  return (
    <li>
      <a class="nav-link" href={path} aria-current={current ? "page" : undefined} onClick={onClick}>
        <Icon name={icon} />
        <span class="nav-text">{title}</span>
        {count ? <span class="count">{count.toLocaleString()}</span> : null}
        {hint && <span class="nav-hint">{hint}</span>}
      </a>
    </li>
  );
}

function SearchButton() {
  const onClick = () => {
    drawerOpen.value = false;
    paletteOpen.value = true;
  };
  return (
    <li>
      <button type="button" class="nav-link" aria-haspopup="dialog" onClick={onClick}>
        <Icon name="search" />
        <span class="nav-text">Search</span>
        <kbd>{/mac|iphone|ipad/i.test(navigator.platform) ? "⌘" : "Ctrl"} K</kbd>
      </button>
    </li>
  );
}

const MOST_LABELS = 12;

function LabelLinks() {
  const used = labels.value.slice(0, MOST_LABELS);
  if (used.length === 0) return null;
  return (
    <section class="nav-section" aria-label="Labels">
      <h2>Labels</h2>
      <ul>
        {used.map(([label, count]) => (
          <NavLink key={label} view={{ name: "label", label }} icon="tag" title={label} count={count} />
        ))}
      </ul>
    </section>
  );
}

function Account() {
  const person = user.value;
  return (
    <ul class="nav-foot">
      {person?.admin && <NavLink view={{ name: "ready" }} {...VIEWS.ready} />}
      <NavLink view={{ name: "settings" }} {...VIEWS.settings} hint={person?.name || person?.email || ""} />
    </ul>
  );
}

/** The drawer takes the focus when it opens and gives it back to the menu button. */
function useDrawerFocus() {
  const ref = useRef<HTMLElement>(null);
  useSignalEffect(() => {
    const opened = drawerOpen.value;
    requestAnimationFrame(() => {
      const nav = ref.current;
      if (opened) nav?.querySelector<HTMLElement>("a[aria-current], a")?.focus();
      else if (nav?.contains(document.activeElement)) document.getElementById("menu")?.focus();
    });
  });
  return ref;
}

export function Nav() {
  const ref = useDrawerFocus();
  return (
    <nav ref={ref} class={drawerOpen.value ? "nav nav-open" : "nav"} id="nav" aria-label="Main">
      <div class="nav-brand">
        <Logo />
        <span>Saydo</span>
      </div>
      <div class="nav-scroll">
        <ul>
          <SearchButton />
          <NavLink view={{ name: "today" }} {...VIEWS.today} count={todayCount.value} />
          <NavLink view={{ name: "upcoming" }} {...VIEWS.upcoming} />
          <NavLink view={{ name: "all" }} {...VIEWS.all} count={open.value.length} />
          <NavLink view={{ name: "completed" }} {...VIEWS.completed} />
          <NavLink view={{ name: "trash" }} {...VIEWS.trash} />
        </ul>
        <LabelLinks />
        <ConversationList />
      </div>
      <Account />
    </nav>
  );
}
