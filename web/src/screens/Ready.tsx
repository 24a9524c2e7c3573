/** Is this installation ready? The list that `saydo ready` prints, for administrators. */

import { useEffect, useState } from "preact/hooks";
import { sentence } from "../api/problem";
import { getReady, type ReadyReport, type ReadyRow, type RowState } from "../api/ready";
import { byGroup, counted, needsSomebody, stateWord } from "../lib/ready";
import { Icon, type IconName } from "../parts/Icon";
import { Segments } from "../parts/Segments";
import { ErrorState, Skeleton } from "../parts/States";

const ICONS: Record<RowState, IconName> = {
  ok: "check",
  warning: "warning",
  failed: "x",
  not_checked: "eye",
  yours: "pencil",
};

type Filter = "needs" | "all";

const FILTERS: readonly [Filter, string][] = [
  ["needs", "Needs somebody"],
  ["all", "Everything"],
];

function useReport() {
  const [report, setReport] = useState<ReadyReport | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const load = async () => {
    setBusy(true);
    try {
      setReport(await getReady());
      setProblem("");
    } catch (cause) {
      setProblem(sentence(cause));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => void load(), []);
  return { report, problem, busy, load };
}

const time = (instant: string): string =>
  new Date(instant).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

function Verdict({ report, busy, onAgain }: { report: ReadyReport; busy: boolean; onAgain: () => void }) {
  const go = report.verdict === "go";
  return (
    <section class={go ? "verdict verdict-go" : "verdict verdict-no"} aria-label="Verdict">
      <span class="verdict-word" role="status">
        {go ? "GO" : "NO-GO"}
      </span>
      <div class="verdict-text">
        <p>{counted(report).join(" · ")}</p>
        <p class="verdict-note">
          Saydo {report.version} at {report.base_url}, {time(report.ended_at)}
        </p>
      </div>
      <button type="button" class="button" disabled={busy} onClick={onAgain}>
        {busy ? "Looking…" : "Look again"}
      </button>
    </section>
  );
}

function Row({ row }: { row: ReadyRow }) {
  return (
    <li class={`ready-row ready-${row.state}`}>
      <span class="ready-mark">
        <Icon name={ICONS[row.state]} />
        <span class="sr-only">{stateWord(row.state)}:</span>
      </span>
      <div class="ready-text">
        <p class="ready-title">
          {row.title} <span class="ready-id">{row.id}</span>
        </p>
        <p>{row.evidence}</p>
        {needsSomebody(row) && (
          <p class="ready-help">
            Wanted: {row.target}
            {row.help && <span>{row.help}</span>}
          </p>
        )}
        <p class="ready-by">
          {row.by}, {time(row.at)}
        </p>
      </div>
    </li>
  );
}

function Rows({ report, filter }: { report: ReadyReport; filter: Filter }) {
  const rows = filter === "all" ? report.rows : report.rows.filter(needsSomebody);
  if (rows.length === 0) return <p class="ready-none">Nothing needs anybody.</p>;
  return (
    <>
      {byGroup(rows).map(([group, found]) => (
        <section key={group} class="panel ready-group">
          <h2>{group}</h2>
          <ul>
            {found.map((row) => (
              <Row key={row.id + row.title + row.evidence} row={row} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

export function Ready() {
  const { report, problem, busy, load } = useReport();
  const [filter, setFilter] = useState<Filter>("needs");
  return (
    <div class="settings ready">
      <header class="list-head">
        <h1>Readiness</h1>
        <p>What this installation says about itself. Two throw-away accounts are made for it, and erased.</p>
      </header>
      {report === null &&
        (problem ? <ErrorState message={problem} onRetry={() => void load()} /> : <Skeleton rows={6} />)}
      {report && (
        <>
          <Verdict report={report} busy={busy} onAgain={() => void load()} />
          <p class="panel-problem" role="alert">
            {problem}
          </p>
          <Segments legend="Show" name="ready" choices={FILTERS} value={filter} onChoose={setFilter} />
          <Rows report={report} filter={filter} />
        </>
      )}
    </div>
  );
}
