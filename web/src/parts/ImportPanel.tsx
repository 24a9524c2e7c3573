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
  const more = [
    draft.completed && "done",
    when,
    draft.repeats && "repeats",
    draft.priority !== "medium" && draft.priority,
    labels,
  ];
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

/** What is being done with the file, and how much of that is done, 0 to 1; null where only the server knows. */
interface Work {
  doing: string;
  part: number | null;
}

const percent = new Intl.NumberFormat(undefined, { style: "percent" });

function Progress({ work: { doing, part } }: { work: Work }) {
  return (
    <div class="usage">
      <div class="usage-head">
        <span id="import-doing">{doing}</span>
        {part !== null && <span>{percent.format(part)}</span>}
      </div>
      <progress aria-labelledby="import-doing" {...(part === null ? {} : { value: part })} />
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

class NoTasks extends Error {
  constructor() {
    super("There are no tasks in such a file. Choose a CSV, a calendar (.ics), a JSON or a text.");
  }
}

function useImport() {
  const [file, setFile] = useState<File>();
  const [preview, setPreview] = useState<Imported>();
  const [work, setWork] = useState<Work>();
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  const run = async (steps: () => Promise<void>) => {
    setProblem("");
    setSaid("");
    try {
      await steps();
    } catch (cause) {
      setProblem(cause instanceof NoTasks ? cause.message : sentence(cause));
    } finally {
      setWork(undefined);
    }
  };
  /** First it is sent, then the server is at work on it. */
  const following = (then: string) => (part: number) =>
    setWork(part < 1 ? { doing: "Sending the file…", part } : { doing: then, part: null });
  const look = (chosen: File) =>
    run(async () => {
      setPreview(undefined);
      if (/^(image|audio|video)\//.test(chosen.type)) throw new NoTasks();
      setWork({ doing: "Sending the file…", part: 0 });
      setPreview(await previewFile(chosen, following(`Reading ${chosen.name}…`)));
      setFile(chosen);
    });
  const start = () =>
    run(async () => {
      if (!file || !preview) return;
      setWork({ doing: "Sending the file…", part: 0 });
      const writing = following(`Writing ${counted(preview.tasks)}…`);
      const done = await importFile(file, preview.problem_count > 0, writing);
      setPreview(undefined);
      setWork(undefined);
      setSaid(done.tasks > 0 ? `${counted(done.tasks)} imported.` : "Everything is there already.");
      if (done.change_id) showReceipt(done.summary, done.change_id);
      await refresh();
    });
  const cancel = () => {
    setPreview(undefined);
    setProblem("");
  };
  return { preview, work, said, problem, look, start, cancel };
}

export function ImportPanel() {
  const { preview, work, said, problem, look, start, cancel } = useImport();
  const busy = work !== undefined;
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
      {work && <Progress work={work} />}
      <span role="status">{said}</span>
      <p class="panel-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}
