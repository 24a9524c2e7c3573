/** Who answers: the offline engine, a language model, or whichever fits; and what the model was used for today. */

import { useEffect, useState } from "preact/hooks";
import { getUsage, type Usage } from "../api/agents";
import { sentence } from "../api/problem";
import type { PlannerChoice } from "../api/types";
import { updateMe, user } from "../state/session";
import { Segments } from "./Segments";

const CHOICES = [
  ["auto", "Automatic"],
  ["llm", "Model"],
  ["offline", "Offline"],
] as const;

const MEANING: Record<PlannerChoice, string> = {
  auto: "The offline engine answers what it is sure of, at once; the language model gets the rest.",
  llm: "The language model answers everything. The offline engine steps in when it can’t be reached.",
  offline: "Nothing you say leaves this server.",
};

const number = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

function turnsToday({ days, to }: Usage): string {
  const turns = days.find(({ day }) => day === to)?.turns ?? 0;
  return turns === 1 ? "1 turn" : `${number.format(turns)} turns`;
}

function Today({ usage }: { usage: Usage }) {
  const { tokens_today: used, tokens_per_day: most } = usage;
  return (
    <div class="usage">
      <div class="usage-head">
        <span id="usage-name">Used today</span>
        <span>{turnsToday(usage)}</span>
      </div>
      <progress value={Math.min(used, most)} max={Math.max(most, 1)} aria-labelledby="usage-name" />
      <p class="field-note">
        {number.format(used)} of {number.format(most)} tokens ({percent.format(most > 0 ? used / most : 1)}).
        Over that, the offline engine answers alone until tomorrow.
      </p>
    </div>
  );
}

function Choice({ usage }: { usage: Usage }) {
  const [problem, setProblem] = useState("");
  const chosen = user.value?.planner ?? usage.planner;
  const choose = (planner: PlannerChoice) => {
    setProblem("");
    updateMe({ planner }).catch((cause: unknown) => setProblem(sentence(cause)));
  };
  return (
    <>
      <Segments legend="Answered by" name="planner" choices={CHOICES} value={chosen} onChoose={choose} />
      <p class="panel-lead">{MEANING[chosen]}</p>
      <p class="panel-problem" role="alert">
        {problem}
      </p>
      <Today usage={usage} />
      <p class="field-note">Model: {usage.models.join(", then ")}</p>
    </>
  );
}

export function PlannerPanel() {
  const [usage, setUsage] = useState<Usage | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    getUsage().then(setUsage, (cause: unknown) => setProblem(sentence(cause)));
  }, []);
  return (
    <section class="panel" aria-busy={usage === null && !problem}>
      <h2>Answers</h2>
      {problem && <p class="panel-problem">{problem}</p>}
      {usage && usage.models.length > 0 && <Choice usage={usage} />}
      {usage?.models.length === 0 && (
        <p class="panel-lead">
          The offline engine answers everything: no language model is set up on this server. Nothing you say
          leaves it.
        </p>
      )}
    </section>
  );
}
