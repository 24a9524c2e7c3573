/** What the line will do, before it is done. */

import type { ParsedLine, Span } from "../api/types";
import { dueWords } from "../lib/due";
import { here } from "../state/clock";
import { composerFocus, draft, parsed, putBack } from "../state/composer";
import { Icon, type IconName } from "./Icon";

const ICONS: Record<Span["kind"], IconName> = {
  due: "calendar",
  recurrence: "repeat",
  priority: "flag",
  label: "tag",
  description: "note",
};

/** What is not an add, in a word. */
const VERBS: Readonly<Record<string, string>> = {
  list: "Show",
  complete: "Complete",
  reopen: "Bring back",
  update: "Change",
  delete: "Delete",
  undo: "Undo",
  redo: "Redo",
};

const isOrder = (line: ParsedLine): boolean => line.intent !== null && line.intent in VERBS;

/** A span's value in words. */
function words(span: Span, line: ParsedLine): string {
  switch (span.kind) {
    case "due":
      // What “5pm” means for a task that is there already depends on the task, and which it is is not known here.
      if (line.intent !== "add") return draft.value.slice(span.start, span.end);
      return /^\d{4}-\d\d-\d\d/.test(span.value)
        ? dueWords(line.due_date ?? span.value, here.value)
        : span.value;
    case "recurrence":
      return line.recurrence?.text || draft.value.slice(span.start, span.end);
    case "label":
      return `#${span.value.replace(/^#/, "")}`;
    case "description":
      return "note";
    default:
      return span.value;
  }
}

function Chip({ span, line }: { span: Span; line: ParsedLine }) {
  const text = words(span, line);
  const onClick = () => {
    putBack(span);
    composerFocus.value += 1;
  };
  return (
    <li>
      <button
        type="button"
        class={`chip chip-${span.kind}`}
        onClick={onClick}
        title="Put these words back into the title"
      >
        <Icon name={ICONS[span.kind]} />
        <span>{text}</span>
        <span class="sr-only">, put back into the title</span>
        <Icon name="x" />
      </button>
    </li>
  );
}

/** What would be done to tasks that are there. */
function Order({ intent }: { intent: string }) {
  return (
    <li class={`chip-title chip-${intent}`}>
      <strong>{VERBS[intent]}</strong>
    </li>
  );
}

/** What would be added, by its title or titles. */
function Titles({ titles }: { titles: readonly string[] }) {
  const known = titles.filter(Boolean);
  if (known.length === 0) return null;
  return (
    <li class="chip-title">
      {known.length === 1 ? "Add " : `Add ${known.length}: `}
      <strong>{known.join(" · ")}</strong>
    </li>
  );
}

export function Chips() {
  const line = parsed.value;
  if (!line || (line.spans.length === 0 && line.titles.length === 0 && !isOrder(line))) return null;
  return (
    <ul class="chips" aria-label="Recognised">
      {line.intent !== null && isOrder(line) && <Order intent={line.intent} />}
      <Titles titles={line.titles} />
      {line.spans.map((span) => (
        <Chip key={`${span.kind}-${span.start}`} span={span} line={line} />
      ))}
    </ul>
  );
}
