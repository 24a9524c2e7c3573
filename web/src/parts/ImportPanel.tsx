/** Tasks from a file: chosen or dropped, looked at first, then imported as one change. */

import { useState } from "preact/hooks";
import { type Draft, type Imported, importFile, previewFile } from "../api/import";
import { sentence } from "../api/problem";
import { dueWords } from "../lib/due";
import { here } from "../state/clock";
import { showReceipt } from "../state/receipt";
import { refresh } from "../state/tasks";
import { Icon } from "./Icon";

const KINDS: Record<Imported["format"], string> = {
  saydo: "an export of Saydo",
  todoist: "Todoist",
  ics: "a calendar",
  text: "a text",
};

const counted = (count: number): string => (count === 1 ? "1 task" : `${count.toLocaleString("en")} tasks`);

function Drop({ busy, onFile }: { busy: boolean; onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file && !busy) onFile(file);
  };
  return (
    <label
      class={over ? "drop drop-over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <Icon name="inbox" />
      <span>
        <strong>Choose a file</strong> or drop it here
      </span>
      <input
        type="file"
        disabled={busy}
        accept=".json,.csv,.ics,.txt,.md,application/json,text/*"
        onChange={(event) => {
          take(event.currentTarget.files);
          // The same file can be chosen again once it was mended.
          event.currentTarget.value = "";
        }}
      />
    </label>
  );
}

function Row({ draft }: { draft: Draft }) {
  const when = draft.due_date ? dueWords(draft.due_date, here.value) : "";
  const labels = draft.labels.map((label) => `#${label}`).join(" ");
  const more = [when, draft.repeats && "repeats", draft.priority !== "medium" && draft.priority, labels];
  return (
    <li>
      <span class={draft.completed ? "import-done" : ""}>{draft.title}</span>
      <small>{more.filter(Boolean).join(" · ")}</small>
    </li>
  );
}

function Problems({ preview }: { preview: Imported }) {
  const { problems, problem_count: count } = preview;
  return (
    <div class="panel-problem" role="alert">
      <p>{count === 1 ? "1 row is not understood:" : `${count} rows are not understood:`}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keys */}
      <ul class="import-rows" tabIndex={0} aria-label="Rows that are not understood">
        {problems.map(({ row, message }) => (
          <li key={row}>
            <span>
              Row {row}: {message}
            </span>
          </li>
        ))}
      </ul>
      {count > problems.length && <p>… and {count - problems.length} more.</p>}
    </div>
  );
}

interface PreviewProps {
  preview: Imported;
  busy: boolean;
  onImport: () => void;
  onCancel: () => void;
}

function Preview({ preview, busy, onImport, onCancel }: PreviewProps) {
  const { tasks, first, already_there: known, problem_count: wrong } = preview;
  return (
    <>
      <p role="status">
        {counted(tasks)} from {KINDS[preview.format]}
        {known > 0 && `; ${known.toLocaleString("en")} already in your list`}.
      </p>
      {first.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keys
        <ul class="import-rows" tabIndex={0} aria-label="The first tasks">
          {first.map((draft) => (
            <Row key={draft.row} draft={draft} />
          ))}
        </ul>
      )}
      {tasks > first.length && <p class="panel-lead">… and {counted(tasks - first.length)} more.</p>}
      {wrong > 0 && <Problems preview={preview} />}
      {busy && <progress aria-label="Importing" />}
      <div class="panel-buttons">
        {tasks > 0 && (
          <button type="button" class="button button-primary" disabled={busy} onClick={onImport}>
            Import {counted(tasks)}
            {wrong > 0 && " and leave out the rest"}
          </button>
        )}
        <button type="button" class="button" disabled={busy} onClick={onCancel}>
          {tasks > 0 ? "Cancel" : "Close"}
        </button>
      </div>
    </>
  );
}

function useImport() {
  const [file, setFile] = useState<File>();
  const [preview, setPreview] = useState<Imported>();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem("");
    try {
      await work();
    } catch (cause) {
      setSaid("");
      setProblem(sentence(cause));
    } finally {
      setBusy(false);
    }
  };
  const look = (chosen: File) =>
    run(async () => {
      setPreview(undefined);
      setSaid(`Reading ${chosen.name}…`);
      setPreview(await previewFile(chosen));
      setFile(chosen);
      setSaid("");
    });
  const start = () =>
    run(async () => {
      if (!file || !preview) return;
      const done = await importFile(file, preview.problem_count > 0);
      setPreview(undefined);
      setSaid(done.tasks > 0 ? `${counted(done.tasks)} imported.` : "Everything is there already.");
      if (done.change_id) showReceipt(done.summary, done.change_id);
      await refresh();
    });
  const cancel = () => {
    setPreview(undefined);
    setProblem("");
  };
  return { preview, busy, said, problem, look, start, cancel };
}

export function ImportPanel() {
  const { preview, busy, said, problem, look, start, cancel } = useImport();
  return (
    <section class="panel" aria-busy={busy}>
      <h2>Import</h2>
      <p class="panel-lead">
        Tasks from Todoist (CSV), a calendar (.ics), an export of Saydo, or a text with one task a line. You
        see what comes before it does, and one undo takes it all back.
      </p>
      {preview ? (
        <Preview preview={preview} busy={busy} onImport={() => void start()} onCancel={cancel} />
      ) : (
        <Drop busy={busy} onFile={(file) => void look(file)} />
      )}
      <span role="status">{said}</span>
      <p class="panel-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}
