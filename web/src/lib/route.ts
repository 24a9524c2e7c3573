/** Addresses: `/today`, `/label/home`, `/c/7`. */

export type View =
  | { name: "today" | "upcoming" | "all" | "completed" | "trash" | "settings" | "ready" }
  | { name: "label"; label: string };

export interface Route {
  view: View;
  conversation: number | null;
}

const NAMES = ["today", "upcoming", "all", "completed", "trash", "settings", "ready"] as const;

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

/** Whether the app has a screen at this path; what else the server has is none of its business. */
export function isAppPath(path: string): boolean {
  const [first] = path.split("/").filter(Boolean);
  return first === undefined || first === "c" || first === "label" || NAMES.some((name) => name === first);
}

export function viewPath(view: View): string {
  return view.name === "label" ? `/label/${encodeURIComponent(view.label)}` : `/${view.name}`;
}

export function routePath(route: Route): string {
  return route.conversation === null ? viewPath(route.view) : `/c/${route.conversation}`;
}
