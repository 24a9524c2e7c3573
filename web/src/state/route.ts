/** Where the person is: a view of the list, the settings, and perhaps a conversation beside it. */

import { signal } from "@preact/signals";
import { parseRoute, type Route, routePath, type View } from "../lib/route";

export { type Route, type View, viewPath } from "../lib/route";

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
