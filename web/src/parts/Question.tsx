/** A question that waits: a plan to accept, or a choice to make. */

import { useState } from "preact/hooks";
import type { Pending, PendingTask } from "../api/types";
import { dueWords } from "../lib/due";
import { here } from "../state/clock";
import { open } from "../state/tasks";
import { answer, busy } from "../state/turn";

const counted = (count: number): string => (count === 1 ? "1 task" : `${count} tasks`);

export const reject = (): Promise<void> => answer({ decision: "reject" }, "No, leave it.");

export const choose = (task: PendingTask): Promise<void> =>
  answer({ decision: "accept", task_ids: [task.id] }, `“${task.title}”`);

/** The task in words, with its due where it is known: two may have one title. */
function Words({ task }: { task: PendingTask }) {
  const due = open.value.find((candidate) => candidate.id === task.id)?.due_date;
  return (
    <>
      <span class="question-title">
        {task.title}
        {due && <small>{dueWords(due, here.value)}</small>}
      </span>
      <span class="row-number">{task.id}</span>
    </>
  );
}

function Plan({ question }: { question: Pending }) {
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const ticked = question.tasks.filter((task) => !left.has(task.id));
  const toggle = (id: number) => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  };
  const accept = () => {
    const ids = ticked.map((task) => task.id);
    const decision = { decision: "accept", task_ids: ids } as const;
    void answer(decision, `Yes, ${counted(ids.length)}.`);
  };
  return (
    <section class="card-question" aria-label="Plan">
      <p class="question">{question.prompt}</p>
      <ul class="plan">
        {question.tasks.map((task) => (
          <li key={task.id}>
            <label class="plan-row">
              <input type="checkbox" checked={!left.has(task.id)} onChange={() => toggle(task.id)} />
              <Words task={task} />
            </label>
          </li>
        ))}
      </ul>
      <div class="question-buttons">
        <button
          type="button"
          class="button button-primary"
          disabled={ticked.length === 0 || busy.value}
          onClick={accept}
        >
          Accept ({ticked.length})
        </button>
        <button type="button" class="button" disabled={busy.value} onClick={() => void reject()}>
          Reject
        </button>
      </div>
    </section>
  );
}

function Choice({ question }: { question: Pending }) {
  return (
    <section class="card-question" aria-label="Choice">
      <p class="question">{question.prompt}</p>
      <ol class="options">
        {question.tasks.map((task, index) => (
          <li key={task.id}>
            <button type="button" class="option" disabled={busy.value} onClick={() => void choose(task)}>
              <kbd>{index + 1}</kbd>
              <Words task={task} />
            </button>
          </li>
        ))}
      </ol>
      <button type="button" class="button" disabled={busy.value} onClick={() => void reject()}>
        None of these
      </button>
    </section>
  );
}

export function Question({ question }: { question: Pending }) {
  return question.kind === "choose" ? <Choice question={question} /> : <Plan question={question} />;
}
