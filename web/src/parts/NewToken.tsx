/** Making a token for a program, and showing it this once. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { createToken, type NewToken, type Scope } from "../api/agents";
import { Problem, sentence } from "../api/problem";
import { CopyButton } from "./CopyButton";
import { Dialog } from "./Dialog";
import { Field } from "./Field";
import { Segments } from "./Segments";

const SCOPES = [
  ["write", "Read and write"],
  ["read", "Read only"],
] as const;

const LIVES = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "1 year"],
  ["", "Never ends"],
] as const;

interface Errors {
  name?: string | undefined;
  form?: string | undefined;
}

function placeErrors(cause: unknown): Errors {
  const name = cause instanceof Problem ? cause.field("name") : undefined;
  return name ? { name } : { form: sentence(cause) };
}

function Form({ onMade }: { onMade: (token: NewToken) => void }) {
  const [scope, setScope] = useState<Scope>("write");
  const [errors, setErrors] = useState<Errors>({});
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const data = new FormData(event.currentTarget);
    const name = String(data.get("name") ?? "").trim();
    const days = Number(data.get("days"));
    if (!name) return setErrors({ name: "Give it a name that tells you which program it is." });
    try {
      onMade(await createToken({ name, scope, ...(days > 0 ? { expires_in_days: days } : {}) }));
    } catch (cause) {
      setErrors(placeErrors(cause));
    }
  };
  return (
    <form class="dialog-form" noValidate onSubmit={(event) => void onSubmit(event)}>
      <Field
        label="Name"
        name="name"
        maxLength={100}
        autoComplete="off"
        error={errors.name}
        hint="Which program, on which machine"
      />
      <Segments legend="It may" name="scope" choices={SCOPES} value={scope} onChoose={setScope} />
      <div class="field">
        <label for="token-days">Ends after</label>
        <select id="token-days" name="days">
          {LIVES.map(([days, words]) => (
            <option key={days} value={days} selected={days === "90"}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <p class="panel-problem" role="alert">
        {errors.form}
      </p>
      <div class="panel-buttons">
        <button type="submit" class="button button-primary">
          Make token
        </button>
      </div>
    </form>
  );
}

/** What a program with MCP is told to find this list. */
export function snippet(token: string): string {
  const server = {
    type: "http",
    url: `${location.origin}/mcp`,
    headers: { Authorization: `Bearer ${token}` },
  };
  return JSON.stringify({ mcpServers: { saydo: server } }, null, 2);
}

function Made({ token, onClose }: { token: NewToken; onClose: () => void }) {
  const ref = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => ref.current?.focus(), []);
  return (
    <div class="dialog-form">
      <p class="dialog-lead">Copy it now: it is shown this once, and only its fingerprint is kept.</p>
      <div class="secret">
        <input
          ref={ref}
          readOnly
          aria-label="Token"
          value={token.token}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={token.token} label="Copy the token" />
      </div>
      <div class="secret-head">
        <h3>For a program with MCP</h3>
        <CopyButton text={snippet(token.token)} label="Copy the MCP settings" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre class="code" tabIndex={0} role="region" aria-label="MCP settings">
        {snippet(token.token)}
      </pre>
      <div class="panel-buttons">
        <button type="button" class="button button-primary" onClick={onClose}>
          I have it
        </button>
      </div>
    </div>
  );
}

export function NewTokenDialog({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const [made, setMade] = useState<NewToken | null>(null);
  const keep = (token: NewToken) => {
    setMade(token);
    onMade();
  };
  return (
    <Dialog title={made ? `Token “${made.name}”` : "New token"} onClose={onClose}>
      {made ? <Made token={made} onClose={onClose} /> : <Form onMade={keep} />}
    </Dialog>
  );
}
