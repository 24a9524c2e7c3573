/** “When?”: the usual days by one click, anything else in words. */

import { useState } from "preact/hooks";
import type { Task } from "../api/types";
import { today } from "../lib/due";
import { addDays, dayNumber, weekday } from "../lib/zone";
import { reschedule } from "../state/actions";
import { here } from "../state/clock";
import { keepingPlace, rescheduling } from "../state/focus";
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

function Choices({ onChoose }: { onChoose: (to: { day: string } | null) => void }) {
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

function Sheet({ task }: { task: Task }) {
  const [words, setWords] = useState("");
  const close = () => {
    rescheduling.value = null;
  };
  const move = (to: { day: string } | { words: string } | null) => {
    close();
    void keepingPlace(task.id, async () => {
      await reschedule(task, to);
    });
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    if (words.trim()) move({ words: words.trim() });
  };
  return (
    <Dialog title="When?" onClose={close}>
      <p class="dialog-lead">{task.title}</p>
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
  return task ? <Sheet key={task.id} task={task} /> : null;
}
