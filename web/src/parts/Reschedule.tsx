/** “When?”: the usual days by one click, anything else in words. */

import { useState } from "preact/hooks";
import { today } from "../lib/due";
import { addDays, dayNumber, weekday } from "../lib/zone";
import { type Day, reschedule } from "../state/actions";
import { moveSelected, selected } from "../state/bulk";
import { here } from "../state/clock";
import { keepingPlace, movingSelected, rescheduling } from "../state/focus";
import { open } from "../state/tasks";
import { Dialog } from "./Dialog";
import { Icon, type IconName } from "./Icon";

interface Choice {
  label: string;
  icon: IconName;
  day: string;
}

/** The days people move things to, seen from a day. */
export function usualDays(from: string): Choice[] {
  const toSaturday = (6 - weekday(from) + 7) % 7 || 7;
  return [
    { label: "Today", icon: "sun", day: from },
    { label: "Tomorrow", icon: "upcoming", day: addDays(from, 1) },
    { label: "This weekend", icon: "calendar", day: addDays(from, toSaturday) },
    { label: "Next week", icon: "calendar", day: addDays(from, 8 - weekday(from)) },
  ];
}

const shortDay = (day: string): string =>
  new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  }).format(dayNumber(day) * 86_400_000);

function Choices({ onChoose }: { onChoose: (to: Day) => void }) {
  return (
    <ul class="choices">
      {usualDays(today(here.value)).map((choice) => (
        <li key={choice.label}>
          <button type="button" class="choice" onClick={() => onChoose({ day: choice.day })}>
            <Icon name={choice.icon} />
            <span>{choice.label}</span>
            <span class="choice-hint">{shortDay(choice.day)}</span>
          </button>
        </li>
      ))}
      <li>
        <button type="button" class="choice" onClick={() => onChoose(null)}>
          <Icon name="x" />
          <span>No date</span>
        </button>
      </li>
    </ul>
  );
}

interface SheetProps {
  lead: string;
  onMove: (to: Day) => void;
  onClose: () => void;
}

function Sheet({ lead, onMove, onClose }: SheetProps) {
  const [words, setWords] = useState("");
  const move = (to: Day) => {
    onClose();
    // First the dialog gives the focus back, so that it can follow the task.
    requestAnimationFrame(() => onMove(to));
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    if (words.trim()) move({ words: words.trim() });
  };
  return (
    <Dialog title="When?" onClose={onClose}>
      <p class="dialog-lead">{lead}</p>
      <form class="say-when" onSubmit={onSubmit}>
        <input
          aria-label="Say when"
          placeholder="friday 3pm, in two weeks…"
          autoComplete="off"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <button type="submit" class="button button-primary">
          Move
        </button>
      </form>
      <Choices onChoose={move} />
    </Dialog>
  );
}

export function Reschedule() {
  const task = open.value.find((candidate) => candidate.id === rescheduling.value);
  if (movingSelected.value) {
    return (
      <Sheet
        key="selected"
        lead={`${selected.value.length} tasks`}
        onMove={(to) => void moveSelected(to)}
        onClose={() => {
          movingSelected.value = false;
        }}
      />
    );
  }
  if (!task) return null;
  return (
    <Sheet
      key={task.id}
      lead={task.title}
      onMove={(to) => void keepingPlace(task.id, () => reschedule(task, to))}
      onClose={() => {
        rescheduling.value = null;
      }}
    />
  );
}
