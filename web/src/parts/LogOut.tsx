/** Logging out; what was never sent from here is not dropped unasked. */

import { useState } from "preact/hooks";
import { sentence } from "../api/problem";
import { countedChanges } from "../lib/outbox";
import type { Where } from "../state/leaving";
import { waiting } from "../state/outbox";
import { logOut } from "../state/session";
import { Dialog } from "./Dialog";

interface AskProps {
  onYes: () => void;
  onClose: () => void;
}

function Ask({ onYes, onClose }: AskProps) {
  return (
    <Dialog title="Log out?" onClose={onClose}>
      <p class="dialog-lead">
        {countedChanges(waiting.value.length)} of yours wait on this device and were never sent. Logging out
        drops them.
      </p>
      <div class="panel-buttons">
        <button type="button" class="button button-danger" onClick={onYes}>
          Drop and log out
        </button>
        <button type="button" class="button" onClick={onClose}>
          Stay
        </button>
      </div>
    </Dialog>
  );
}

export function LogOut() {
  const [problem, setProblem] = useState("");
  const [asking, setAsking] = useState<Where | null>(null);
  const leave = (where: Where) => {
    setAsking(null);
    logOut(where).catch((cause: unknown) => setProblem(sentence(cause)));
  };
  const ask = (where: Where) => () => (waiting.value.length > 0 ? setAsking(where) : leave(where));
  return (
    <section class="panel">
      <h2>This account</h2>
      <div class="panel-buttons">
        <button type="button" class="button" onClick={ask("here")}>
          Log out
        </button>
        <button type="button" class="button" onClick={ask("everywhere")}>
          Log out everywhere
        </button>
      </div>
      <p class="panel-problem" role="alert">
        {problem}
      </p>
      {asking && <Ask onYes={() => leave(asking)} onClose={() => setAsking(null)} />}
    </section>
  );
}
