/** Which icon and word a view of the list has. */

import type { View } from "../state/route";
import type { IconName } from "./Icon";

type ListName = Exclude<View["name"], "label">;

export const VIEWS: Record<ListName, { title: string; icon: IconName }> = {
  today: { title: "Today", icon: "sun" },
  upcoming: { title: "Upcoming", icon: "upcoming" },
  all: { title: "All tasks", icon: "inbox" },
  completed: { title: "Completed", icon: "checkCircle" },
  trash: { title: "Trash", icon: "trash" },
  settings: { title: "Settings", icon: "gear" },
  ready: { title: "Readiness", icon: "checkCircle" },
};

export const viewTitle = (view: View): string =>
  view.name === "label" ? `#${view.label}` : VIEWS[view.name].title;
