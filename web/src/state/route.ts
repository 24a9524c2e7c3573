/** Where the person is: a view of the list, the settings, and perhaps a conversation beside it. */

import { signal } from "@preact/signals";

export type View =
  | { name: "today" | "upcoming" | "all" | "completed" | "trash" | "settings" }
  | { name: "label"; label: string };

export interface Route {
  view: View;
  conversation: number | null;
}

const NAMES = ["today", "upcoming", "all", "completed", "trash", "settings"] as const;

function isView(value: unknown): value is View {
  return typeof value === "object" && value !== null && "name" in value;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The route of a path; `/c/7` keeps the view that was open. */
export function parseRoute(path: string, keptView: unknown): Route {
  const [first, second] = path.split("/").filter(Boolean);
  const view: View = isView(keptView) ? keptView : { name: "all" };
  if (first === "c" && second && /^\d{1,15}$/.test(second)) return { view, conversation: Number(second) };
  if (first === "label" && second) {
    return { view: { name: "label", label: decoded(second) }, conversation: null };
  }
  const name = NAMES.find((candidate) => candidate === first);
  return { view: { name: name ?? "all" }, conversation: null };
}

export function viewPath(view: View): string {
  return view.name === "label" ? `/label/${encodeURIComponent(view.label)}` : `/${view.name}`;
}

export function routePath(route: Route): string {
  return route.conversation === null ? viewPath(route.view) : `/c/${route.conversation}`;
}

export const route = signal<Route>(parseRoute(location.pathname, history.state?.view));

export function go(next: Route): void {
  const path = routePath(next);
  if (path === location.pathname) history.replaceState({ view: next.view }, "", path);
  else history.pushState({ view: next.view }, "", path);
  route.value = next;
}

/** Shows another view of the list; a conversation beside it stays open in the page, not in the address. */
export const goToView = (view: View): void => go({ view, conversation: null });

export function followHistory(onConversation: (id: number | null) => void): void {
  addEventListener("popstate", (event) => {
    const state: unknown = event.state;
    const kept = typeof state === "object" && state !== null && "view" in state ? state.view : undefined;
    route.value = parseRoute(location.pathname, kept);
    onConversation(route.value.conversation);
  });
}
