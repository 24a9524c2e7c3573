/** Everything of the person as one file, and erasing it. */

import { useState } from "preact/hooks";
import { exportAccount } from "../api/account";
import { sentence } from "../api/problem";
import { deleteAccount } from "../state/session";
import { Field } from "./Field";

async function download(): Promise<void> {
  const url = URL.createObjectURL(await exportAccount());
  const link = document.createElement("a");
  link.href = url;
  link.download = "saydo-export.json";
  link.click();
  // The browser may still be reading.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function ExportPanel() {
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const onClick = async () => {
    setBusy(true);
    setProblem("");
    setSaid("Gathering everything…");
    try {
      await download();
      setSaid("The file is in your downloads.");
    } catch (cause) {
      setSaid("");
      setProblem(sentence(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="panel">
      <h2>Your data</h2>
      <p class="panel-lead">
        Tasks, conversations, changes and everything else Saydo keeps about you, as one JSON file.
      </p>
      <div class="panel-buttons">
        <button type="button" class="button" disabled={busy} onClick={onClick}>
          Export everything
        </button>
        <span role="status">{said}</span>
      </div>
      <p class="panel-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}

export function DeleteAccount() {
  const [problem, setProblem] = useState<string>();
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const password = String(new FormData(event.currentTarget).get("password") ?? "");
    try {
      await deleteAccount(password);
    } catch (cause) {
      setProblem(sentence(cause));
    }
  };
  return (
    <form class="panel panel-danger" onSubmit={onSubmit}>
      <h2>Delete account</h2>
      <p class="panel-lead">
        Your tasks, conversations and account are erased at once, and from backups as these are replaced. This
        can’t be undone: export your data first if you want to keep it.
      </p>
      <Field
        label="Your password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        error={problem}
      />
      <div class="panel-buttons">
        <button type="submit" class="button button-danger">
          Delete my account
        </button>
      </div>
    </form>
  );
}
