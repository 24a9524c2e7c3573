/** The history of a task in its editor: folded, read when it is opened, each change with its undo. */

import { useState } from "preact/hooks";
import { sentence } from "../api/problem";
import { taskHistory } from "../api/tasks";
import type { HistoryEntry } from "../api/types";
import { dueWords } from "../lib/due";
import { details, whatWords, whoWords } from "../lib/history";
import { here } from "../state/clock";
import { undoChange } from "../state/receipt";

function useHistory(id: number) {
  const [entries, setEntries] = useState<HistoryEntry[] | null>(null);
  const [older, setOlder] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const load = async (from?: string) => {
    try {
      const page = await taskHistory(id, from);
      setEntries((known) => [...(from && known ? known : []), ...page.entries]);
      setOlder(page.older);
      setProblem("");
    } catch (cause) {
      setProblem(sentence(cause));
    }
  };
  return { entries, older, problem, load };
}

function Entry({ entry, onUndone }: { entry: HistoryEntry; onUndone: () => void }) {
  const what = whatWords(entry);
  const undo = async () => {
    if (await undoChange(entry.change_id, entry.undoes ? "Redo" : "Undo")) onUndone();
  };
  return (
    <li class={entry.undone_by ? "history-entry history-undone" : "history-entry"}>
      <div class="history-text">
        <p class="history-what">{what}</p>
        {details(entry, here.value).map((line) => (
          <p key={line} class="history-detail">
            {line}
          </p>
        ))}
        <p class="history-who">
          {whoWords(entry)} · <time dateTime={entry.at}>{dueWords(entry.at, here.value)}</time>
          {entry.undone_by && " · undone"}
        </p>
      </div>
      {!entry.undone_by && (
        <button
          type="button"
          class="button button-small"
          aria-label={`${entry.undoes ? "Redo" : "Undo"}: ${what}`}
          onClick={() => void undo()}
        >
          {entry.undoes ? "Redo" : "Undo"}
        </button>
      )}
    </li>
  );
}

/** `onUndone` is told when a change was put back: what the editor shows is old then. */
export function History({ id, onUndone }: { id: number; onUndone: () => void }) {
  const { entries, older, problem, load } = useHistory(id);
  const onToggle = (event: Event) => {
    const open = event.currentTarget instanceof HTMLDetailsElement && event.currentTarget.open;
    if (open && entries === null) void load();
  };
  return (
    <details class="history" onToggle={onToggle}>
      <summary>History</summary>
      <p class="editor-problem" role="alert">
        {problem}
      </p>
      {entries && (
        <ol class="history-list" aria-label="History">
          {entries.map((entry) => (
            <Entry key={entry.change_id} entry={entry} onUndone={onUndone} />
          ))}
        </ol>
      )}
      {older && (
        <button type="button" class="button button-small" onClick={() => void load(older)}>
          Show older
        </button>
      )}
    </details>
  );
}
