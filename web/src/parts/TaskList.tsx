/** The list: groups of rows, and what is shown instead when there are none. */

import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Task } from "../api/types";
import { headline } from "../lib/due";
import type { Group } from "../lib/group";
import { clearSelection } from "../state/bulk";
import { here } from "../state/clock";
import { editing } from "../state/focus";
import { route, type View } from "../state/route";
import { groups, listState, refresh, visible } from "../state/tasks";
import { EmptyList } from "./EmptyList";
import { ErrorState, Skeleton } from "./States";
import { TaskEditor } from "./TaskEditor";
import { TaskRow, TrashRow } from "./TaskRow";
import { viewTitle } from "./views";

/** Rows are drawn as they come near, so that ten thousand of them cost no more than a screenful. */
const STEP = 150;
const drawn = signal(STEP);
/** The first of them that is drawn. */
const from = signal(0);
/** So many above one that was looked up show where it stands. */
const ABOVE = 10;

function Row({ task, view }: { task: Task; view: View }) {
  if (view.name === "trash") return <TrashRow task={task} />;
  return editing.value === task.id ? <TaskEditor task={task} /> : <TaskRow task={task} />;
}

function GroupSection({ group, view, rows }: { group: Group; view: View; rows: Task[] }) {
  const plain = view.name === "completed" || view.name === "trash";
  return (
    <section class={`group group-${group.name}`} aria-label={plain ? viewTitle(view) : group.title}>
      {!plain && (
        <h2 class="group-title">
          {group.title} <span class="count">{group.tasks.length.toLocaleString()}</span>
        </h2>
      )}
      <ul class="rows">
        {rows.map((task) => (
          <Row key={task.id} task={task} view={view} />
        ))}
      </ul>
    </section>
  );
}

function More({ left }: { left: number }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = ref.current;
    if (!target) return;
    const watcher = new IntersectionObserver(
      (seen) => {
        if (seen.some((entry) => entry.isIntersecting)) drawn.value += STEP;
      },
      { rootMargin: "800px" },
    );
    watcher.observe(target);
    return () => watcher.disconnect();
  });
  return left > 0 ? (
    <div ref={ref} class="more">
      {left.toLocaleString()} more
    </div>
  ) : null;
}

function newestFirst(tasks: readonly Task[], field: "completed_at" | "deleted_at"): Task[] {
  return [...tasks].sort((a, b) => ((a[field] ?? "") < (b[field] ?? "") ? 1 : -1));
}

function groupsOf(tasks: Task[], view: View): Group[] {
  if (view.name === "completed") {
    return [{ name: "none", title: "Completed", tasks: newestFirst(tasks, "completed_at") }];
  }
  if (view.name === "trash")
    return [{ name: "none", title: "Trash", tasks: newestFirst(tasks, "deleted_at") }];
  return groups.value;
}

/** Which rows are drawn: the one that is being edited among them, however far down it is. */
function useDrawn(all: Group[]): { from: number; most: number } {
  const inOrder = () => all.flatMap((group) => group.tasks);
  const edited = editing.value === null ? -1 : inOrder().findIndex(({ id }) => id === editing.value);
  const inSight = edited < 0 || (edited >= from.value && edited < from.value + drawn.value);
  // The list may have become shorter.
  const last = all.reduce((sum, group) => sum + group.tasks.length, 0) - ABOVE;
  const start = Math.max(inSight ? Math.min(from.value, last) : edited - ABOVE, 0);
  useLayoutEffect(() => {
    if (inSight) return;
    from.value = start;
    drawn.value = STEP;
  });
  return { from: start, most: inSight ? drawn.value : STEP };
}

function Before({ count }: { count: number }) {
  const onClick = () => {
    drawn.value += count;
    from.value = 0;
  };
  return (
    <div class="more">
      <button type="button" class="button" onClick={onClick}>
        Show the {count.toLocaleString()} before
      </button>
    </div>
  );
}

function Groups({ view }: { view: View }) {
  const tasks = visible.value;
  const all = groupsOf(tasks, view);
  const { from: first, most } = useDrawn(all);
  if (tasks.length === 0) return <EmptyList view={view} />;
  let skip = first;
  let room = most;
  return (
    <>
      {first > 0 && <Before count={first} />}
      {all.map((group) => {
        const rows = group.tasks.slice(skip, skip + room);
        skip = Math.max(skip - group.tasks.length, 0);
        room -= rows.length;
        return rows.length > 0 ? (
          <GroupSection key={group.name} group={group} view={view} rows={rows} />
        ) : null;
      })}
      <More left={Math.max(tasks.length - first - most, 0)} />
    </>
  );
}

function Body({ view }: { view: View }) {
  const state = listState.value;
  if (state.status === "loading") return <Skeleton rows={6} />;
  if (state.status === "error") return <ErrorState message={state.message} onRetry={() => void refresh()} />;
  return <Groups view={view} />;
}

export function TaskList() {
  const { view } = route.value;
  const name = viewTitle(view);
  useEffect(() => {
    drawn.value = STEP;
    from.value = 0;
    clearSelection();
    editing.value = null;
  }, [name]);
  return (
    <>
      <header class="list-head">
        <h1>{name}</h1>
        <p>{view.name === "trash" ? "Kept for a while, in case you want one back" : headline(here.value)}</p>
      </header>
      <Body view={view} />
    </>
  );
}
