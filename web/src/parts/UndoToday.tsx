/** Takes back what a program did today: a question before, a receipt after, and where it stopped if it did. */

import { useState } from "preact/hooks";
import { type RevokedAgent, type UndoneToday, undoToday } from "../api/agents";
import { sentence } from "../api/problem";
import { showReceipt } from "../state/receipt";
import { refresh } from "../state/tasks";
import { Dialog } from "./Dialog";

const counted = (changes: number): string => (changes === 1 ? "1 change" : `${changes} changes`);

export const todayWords = (changes: number): string => `${counted(changes)} today`;

/** The end of one that did not get to its end. */
function Stopped({ undone, onClose }: { undone: UndoneToday; onClose: () => void }) {
  return (
    <>
      <p class="dialog-lead" role="status">
        {undone.summary} {undone.left === 1 ? "1 change is" : `${undone.left} changes are`} left.
      </p>
      {undone.stopped && (
        <p>
          It stopped at: {undone.stopped.change} {undone.stopped.detail}
        </p>
      )}
      <div class="panel-buttons">
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}

interface Props {
  agent: RevokedAgent;
  onDone: () => void;
}

function Question({ agent, onDone, onClose }: Props & { onClose: () => void }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [partly, setPartly] = useState<UndoneToday>();
  const undo = async () => {
    setBusy(true);
    try {
      const undone = await undoToday(agent.id);
      showReceipt(undone.summary, undone.change_id);
      await refresh();
      if (undone.left > 0) {
        setPartly(undone);
        return;
      }
      onClose();
      onDone();
    } catch (cause) {
      setProblem(sentence(cause));
    } finally {
      setBusy(false);
    }
  };
  const close = () => {
    onClose();
    if (partly) onDone();
  };
  return (
    <Dialog title={`Undo everything “${agent.name}” did today?`} onClose={close}>
      {partly ? (
        <Stopped undone={partly} onClose={close} />
      ) : (
        <>
          <p class="dialog-lead">
            {counted(agent.changes_today)}, newest first. What you did yourself stays, and you can bring it
            all back.
          </p>
          <p class="panel-problem" role="alert">
            {problem}
          </p>
          <div class="panel-buttons">
            <button type="button" class="button button-danger" disabled={busy} onClick={() => void undo()}>
              Undo {counted(agent.changes_today)}
            </button>
            <button type="button" class="button" onClick={close}>
              Keep
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}

export function UndoToday({ agent, onDone }: Props) {
  const [asking, setAsking] = useState(false);
  if (agent.changes_today === 0) return null;
  return (
    <>
      <button
        type="button"
        class="button button-small"
        aria-label={`Undo everything ${agent.name} did today`}
        onClick={() => setAsking(true)}
      >
        Undo today
      </button>
      {asking && <Question agent={agent} onDone={onDone} onClose={() => setAsking(false)} />}
    </>
  );
}
