/** One task in the list. */

import type { Task } from "../api/types";
import { dueInFull, dueInGroup, isOverdue } from "../lib/due";
import { groupOf } from "../lib/group";
import { hasKeyboard } from "../lib/pointer";
import { complete, remove, restore } from "../state/actions";
import { isSelected, selected, selectTo, toggle } from "../state/bulk";
import { here } from "../state/clock";
import { editing, keepingPlace, rescheduling } from "../state/focus";
import { waitingTasks } from "../state/outbox";
import { goToView } from "../state/route";
import { Icon, type IconName } from "./Icon";

function Due({ task }: { task: Task }) {
  if (task.due_date === null) return null;
  const due = task.due_date;
  const late = !task.completed && isOverdue(due, here.value);
  const group = task.completed ? "none" : groupOf(task, here.value);
  const words = dueInGroup(due, group, here.value);
  if (words === null) return null;
  const soon = group === "today";
  const tone = late ? "mark mark-late" : soon ? "mark mark-soon" : "mark";
  return (
    <span class={tone} title={dueInFull(due, here.value)}>
      <Icon name={group === "today" || group === "tomorrow" ? "clock" : "calendar"} />
      <span class="sr-only">{late ? "Overdue, " : "Due "}</span>
      <time dateTime={due}>{words}</time>
    </span>
  );
}

function Labels({ labels }: { labels: readonly string[] }) {
  return (
    <>
      {labels.map((label) => (
        <button key={label} type="button" class="label" onClick={() => goToView({ name: "label", label })}>
          #{label}
        </button>
      ))}
    </>
  );
}

function Meta({ task }: { task: Task }) {
  return (
    <div class="row-meta">
      {task.priority === "high" && (
        <span class="mark mark-high">
          <Icon name="flag" />
          High
        </span>
      )}
      {task.priority === "low" && (
        <span class="mark">
          <Icon name="down" />
          Low
        </span>
      )}
      <Due task={task} />
      {waitingTasks.value.has(task.id) && (
        <span class="mark">
          <Icon name="cloudOff" />
          Waits to be sent
        </span>
      )}
      {task.recurrence && (
        <span class="mark" title={task.recurrence.text}>
          <Icon name="repeat" />
          <span class="mark-text">{task.recurrence.text || "Repeats"}</span>
        </span>
      )}
      <Labels labels={task.labels} />
    </div>
  );
}

function Action({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function Actions({ task }: { task: Task }) {
  return (
    <div class="row-actions">
      <Action
        icon="pencil"
        label="Edit"
        onClick={() => {
          editing.value = task.id;
        }}
      />
      <Action
        icon="clock"
        label="Reschedule"
        onClick={() => {
          rescheduling.value = task.id;
        }}
      />
      <Action icon="trash" label="Delete" onClick={() => void keepingPlace(task.id, () => remove(task))} />
    </div>
  );
}

function Title({ task }: { task: Task }) {
  return (
    <>
      <button
        type="button"
        class="row-title"
        onClick={() => {
          editing.value = task.id;
        }}
      >
        {task.title}
      </button>
      {task.description && <p class="row-description">{task.description}</p>}
    </>
  );
}

/** With Shift a click selects; so does a long touch, and after that every touch. */
function selecting(id: number) {
  const instead = (event: Event, select: () => void) => {
    event.preventDefault();
    event.stopPropagation();
    select();
  };
  return {
    onClickCapture: (event: MouseEvent) => {
      if (event.shiftKey) instead(event, () => selectTo(id));
      else if (selected.value.length > 0 && !hasKeyboard()) instead(event, () => toggle(id));
    },
    onContextMenu: (event: MouseEvent) => {
      if (!hasKeyboard()) instead(event, () => toggle(id));
    },
  };
}

export function TaskRow({ task }: { task: Task }) {
  const chosen = isSelected(task.id);
  const state = task.completed ? "row row-done" : `row row-${task.priority}`;
  return (
    <li
      class={chosen ? `${state} row-selected` : state}
      data-task={task.id}
      tabIndex={-1}
      {...selecting(task.id)}
    >
      {chosen && <span class="sr-only">Selected</span>}
      <label class="check">
        <input
          type="checkbox"
          checked={task.completed}
          aria-label={`${task.completed ? "Reopen" : "Complete"} ${task.title}`}
          onChange={() => void keepingPlace(task.id, () => complete(task))}
        />
        <Icon name="check" />
      </label>
      <div class="row-body">
        <Title task={task} />
        <Meta task={task} />
      </div>
      <span class="row-number" title={`Say “task ${task.id}”`}>
        <span class="sr-only">Task </span>
        {task.id}
      </span>
      <Actions task={task} />
    </li>
  );
}

/** A task in the trash can only come back. */
export function TrashRow({ task }: { task: Task }) {
  return (
    <li class="row row-trashed" data-task={task.id} tabIndex={-1}>
      <div class="row-body">
        <p class="row-title">{task.title}</p>
        <Meta task={task} />
      </div>
      <button
        type="button"
        class="button button-small"
        onClick={() => void keepingPlace(task.id, () => restore(task))}
      >
        <Icon name="undo" />
        Restore
      </button>
    </li>
  );
}
