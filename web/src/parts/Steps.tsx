/** What was done for a reply: each tool call one sentence, its details folded. */

import type { ToolCall } from "../api/types";
import { hasFailed, toolDetails, toolSentence } from "../lib/tools";
import { Icon } from "./Icon";

function Step({ call }: { call: ToolCall }) {
  const details = toolDetails(call);
  const sentence = (
    <>
      <Icon name={hasFailed(call) ? "x" : "check"} />
      <span>{toolSentence(call)}</span>
    </>
  );
  if (details.length === 0) return <li class="step step-line">{sentence}</li>;
  return (
    <li class="step">
      <details>
        <summary class="step-line">{sentence}</summary>
        <dl>
          {details.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

export function Steps({ calls }: { calls: readonly ToolCall[] }) {
  // While a call runs there is nothing to say about it yet.
  const done = calls.filter((call) => call.result !== undefined);
  if (done.length === 0) return null;
  return (
    <ul class="steps" aria-label="Steps">
      {done.map((call) => (
        <Step key={call.id} call={call} />
      ))}
    </ul>
  );
}

/** The same where the reply itself already tells it: one word that opens. */
export function FoldedSteps({ calls }: { calls: readonly ToolCall[] }) {
  if (calls.length === 0) return null;
  return (
    <details class="tools">
      <summary>{calls.length === 1 ? "1 step" : `${calls.length} steps`}</summary>
      <Steps calls={calls} />
    </details>
  );
}
