/** Editing a task where it stands. Dates and repetitions are said in words; the engine reads them. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Problem, sentence } from "../api/problem";
import { getTask } from "../api/tasks";
import type { Priority, Task, TaskPatch } from "../api/types";
import { dueInShort } from "../lib/due";
import { readPatch } from "../lib/patch";
import { edit, NO_DATE, remove } from "../state/actions";
import { here } from "../state/clock";
import { editing, editingFrom, focusSoon, keepingPlace, rowOf } from "../state/focus";
import { held, heldNow, placeTask } from "../state/tasks";
import { Field } from "./Field";
import { History } from "./History";
import { Icon } from "./Icon";

const PRIORITIES: readonly Priority[] = ["high", "medium", "low"];

function close(id: number): void {
  editing.value = null;
  focusSoon(() => rowOf(id));
}

function PriorityChoice({ value }: { value: Priority }) {
  return (
    <fieldset class="segments">
      <legend>Priority</legend>
      <div class="segments-row">
        {PRIORITIES.map((priority) => (
          <label key={priority} class="segment">
            <input type="radio" name="priority" value={priority} defaultChecked={priority === value} />
            <span>{priority}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The task as the person has been told that it is: who saves after the word of a change elsewhere means it. */
function newest(base: Task): Task {
  const now = heldNow.value;
  return now && now !== "deleted" && now.version > base.version ? now : base;
}

function useSave(task: Task) {
  const [base, setBase] = useState(task);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = async (patch: TaskPatch) => {
    if (Object.keys(patch).length === 0) return close(task.id);
    setBusy(true);
    try {
      await edit(newest(base), patch);
      close(task.id);
    } catch (cause) {
      setProblem(cause);
      if (cause instanceof Problem && cause.status === 412) await reload();
    } finally {
      setBusy(false);
    }
  };
  const reload = async () => {
    const fresh = await getTask(task.id).catch(() => null);
    if (!fresh) return;
    setBase(fresh);
    placeTask(fresh);
  };
  return { base, problem, busy, save };
}

function message(problem: unknown): string | undefined {
  if (problem === null) return undefined;
  if (problem instanceof Problem && problem.status === 412) {
    return "This task was changed elsewhere in the meantime. What you typed is kept: save again to use it.";
  }
  return problem instanceof Problem && problem.errors.length > 0 ? undefined : sentence(problem);
}

/** What happened to the task while it is being edited. */
function elsewhere(base: Task): string | undefined {
  const now = heldNow.value;
  if (now === "deleted") return "This task was deleted elsewhere in the meantime.";
  if (now && now.version > base.version) {
    return "This task was changed elsewhere in the meantime. What you typed is kept.";
  }
  return undefined;
}

/** What a field wants, for people; the server says it for programs, too. */
const WANTED: Record<string, string> = {
  due_date: NO_DATE,
  recurrence: "This repetition is not understood. Say it like “every friday” or “every 2 weeks”.",
};

function QuickFields({ task, problem }: { task: Task; problem: unknown }) {
  const error = (field: string) => {
    const message = problem instanceof Problem ? problem.field(field) : undefined;
    return message && (WANTED[field] ?? message);
  };
  return (
    <div class="editor-fields">
      <Field
        label="Due"
        name="due"
        defaultValue={task.due_date ? dueInShort(task.due_date, here.value) : ""}
        placeholder="friday 3pm"
        maxLength={200}
        autoComplete="off"
        error={error("due_date")}
      />
      <Field
        label="Repeat"
        name="recurrence"
        defaultValue={task.recurrence?.text ?? ""}
        placeholder="every friday"
        maxLength={200}
        autoComplete="off"
        error={error("recurrence")}
      />
      <Field
        label="Labels"
        name="labels"
        defaultValue={task.labels.join(" ")}
        placeholder="home errands"
        autoComplete="off"
        autoCapitalize="none"
        error={error("labels")}
      />
      <PriorityChoice value={task.priority} />
    </div>
  );
}

function Words({ task, problem }: { task: Task; problem: unknown }) {
  const error =
    problem instanceof Problem ? (problem.field("title") ?? problem.field("description")) : undefined;
  return (
    <>
      <input
        class="editor-title"
        name="title"
        aria-label="Title"
        defaultValue={task.title}
        autoComplete="off"
      />
      <textarea
        class="editor-note"
        name="description"
        aria-label="Notes"
        placeholder="Notes"
        rows={2}
        defaultValue={task.description ?? ""}
      />
      {error && (
        <p class="editor-problem" role="alert">
          {error}
        </p>
      )}
    </>
  );
}

export function TaskEditor({ task }: { task: Task }) {
  const form = useRef<HTMLFormElement>(null);
  const [original] = useState(task);
  const { base, problem, busy, save } = useSave(task);
  useEffect(() => {
    held.value = original;
    return () => {
      held.value = null;
      heldNow.value = null;
    };
  }, []);
  useLayoutEffect(() => {
    const field = form.current?.querySelector<HTMLInputElement>(`[name=${editingFrom.peek()}]`);
    editingFrom.value = "title";
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
    form.current?.parentElement?.scrollIntoView({ block: "nearest" });
  }, []);
  const onSubmit = (event: Event) => {
    event.preventDefault();
    if (!form.current || busy) return;
    void save(readPatch(new FormData(form.current), original, dueText(original)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close(task.id);
    } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.current?.requestSubmit();
  };
  return (
    <li class="row-editing" data-task={task.id}>
      <form
        ref={form}
        class="editor"
        aria-label={`Edit ${task.title}`}
        onSubmit={onSubmit}
        onKeyDown={onKeyDown}
      >
        <Words task={original} problem={problem} />
        <QuickFields task={original} problem={problem} />
        <p class="editor-problem" role="alert">
          {message(problem) ?? elsewhere(base)}
        </p>
        <div class="editor-buttons">
          <button type="submit" class="button button-primary" aria-busy={busy}>
            Save
          </button>
          <button type="button" class="button" onClick={() => close(task.id)}>
            Cancel
          </button>
          <button type="button" class="button button-quiet-danger" onClick={() => void drop(task)}>
            <Icon name="trash" />
            Delete
          </button>
        </div>
        <History id={task.id} onUndone={() => close(task.id)} />
      </form>
    </li>
  );
}

const dueText = (task: Task): string => (task.due_date ? dueInShort(task.due_date, here.value) : "");

async function drop(task: Task): Promise<void> {
  await keepingPlace(task.id, async () => {
    editing.value = null;
    await remove(task);
  });
}
