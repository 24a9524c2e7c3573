/** Sign in and sign up: one card. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Problem, sentence } from "../api/problem";
import { countedChanges } from "../lib/outbox";
import { hasKeyboard } from "../lib/pointer";
import { Field } from "../parts/Field";
import { Logo } from "../parts/Icon";
import { everybodys } from "../state/outbox";
import { logIn, mayMakeAccount, session, signUp } from "../state/session";

type Mode = "in" | "up";

interface Errors {
  email?: string | undefined;
  password?: string | undefined;
  name?: string | undefined;
  form?: string | undefined;
}

/** Where an error belongs: a taken address beside the address, wrong credentials beside the password. */
export function placeError(cause: unknown): Errors {
  if (!(cause instanceof Problem)) return { form: sentence(cause) };
  const errors: Errors = {
    email: cause.field("email"),
    password: cause.field("password"),
    name: cause.field("name"),
  };
  if (errors.email || errors.password || errors.name) return errors;
  if (cause.status === 400) return { email: cause.message };
  if (cause.status === 401) return { password: cause.message };
  return { form: cause.message };
}

function check(email: string, password: string, mode: Mode): Errors {
  const errors: Errors = {};
  if (!email.trim()) errors.email = "Enter your e-mail address.";
  if (!password) errors.password = "Enter your password.";
  else if (mode === "up" && password.length < 8) errors.password = "Use at least 8 characters.";
  return errors;
}

const textOf = (data: FormData, name: string): string => String(data.get(name) ?? "");

function useCredentials(mode: Mode) {
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const fail = (found: Errors) => {
    setErrors(found);
    const first = (["name", "email", "password"] as const).find((name) => found[name]);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
  };
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (!form.current || busy) return;
    const data = new FormData(form.current);
    const credentials = { email: textOf(data, "email").trim(), password: textOf(data, "password") };
    const found = check(credentials.email, credentials.password, mode);
    if (Object.keys(found).length > 0) return fail(found);
    const name = textOf(data, "name").trim();
    setBusy(true);
    try {
      await (mode === "in" ? logIn(credentials) : signUp(name ? { ...credentials, name } : credentials));
    } catch (cause) {
      fail(placeError(cause));
    } finally {
      setBusy(false);
    }
  };
  return { errors, setErrors, busy, form, onSubmit };
}

function Switch({ mode, onSwitch }: { mode: Mode; onSwitch: () => void }) {
  if (!mayMakeAccount.value && mode === "in")
    return <p class="card-foot">New here? Ask whoever runs this Saydo for an account.</p>;
  return (
    <p class="card-foot">
      {mode === "in" ? "New here? " : "Already have an account? "}
      <button type="button" class="link" onClick={onSwitch}>
        {mode === "in" ? "Create an account" : "Sign in"}
      </button>
    </p>
  );
}

/** Whoever did something here that was never sent has to come back for it. */
function Left() {
  const [first] = everybodys.value;
  if (!first) return null;
  const count = everybodys.value.filter(({ user }) => user === first.user).length;
  return (
    <p class="notice">
      {countedChanges(count)} made here {count === 1 ? "was" : "were"} never sent. Sign in as{" "}
      {first.email ?? "the same person"} to send {count === 1 ? "it" : "them"}.
    </p>
  );
}

export function SignIn() {
  const [mode, setMode] = useState<Mode>("in");
  const { errors, setErrors, busy, form, onSubmit } = useCredentials(mode);
  const goToEmail = () => form.current?.querySelector<HTMLInputElement>("[name=email]")?.focus();
  useEffect(() => {
    if (hasKeyboard()) goToEmail();
  }, []);
  const notice = session.value.status === "out" ? session.value.notice : undefined;
  const switchMode = () => {
    setMode(mode === "in" ? "up" : "in");
    setErrors({});
    // Enter on the link, which is another one now, would lead back.
    goToEmail();
  };
  return (
    <main class="door">
      <div class="brand">
        <Logo />
        <span>Saydo</span>
      </div>
      <form
        ref={form}
        class="card"
        noValidate
        onSubmit={onSubmit}
        aria-label={mode === "in" ? "Sign in" : "Sign up"}
      >
        <h1>{mode === "in" ? "Welcome back" : "Create your account"}</h1>
        <p class="card-lead">
          {mode === "in" ? "Your to-do list is listening." : "A to-do list you talk to."}
        </p>
        <p class="notice" role="status">
          {notice}
        </p>
        <Left />
        {mode === "up" && (
          <Field
            label="Name"
            name="name"
            autoComplete="name"
            maxLength={100}
            error={errors.name}
            hint="Optional"
          />
        )}
        <Field
          label="E-mail"
          name="email"
          type="email"
          inputMode="email"
          autoComplete={mode === "in" ? "username" : "email"}
          autoCapitalize="none"
          spellcheck={false}
          required
          error={errors.email}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete={mode === "in" ? "current-password" : "new-password"}
          required
          error={errors.password}
          hint={mode === "up" ? "At least 8 characters" : ""}
        />
        <p class="card-error" role="alert">
          {errors.form}
        </p>
        <button type="submit" class="button button-primary button-wide" aria-busy={busy}>
          {busy ? "One moment…" : mode === "in" ? "Sign in" : "Sign up"}
        </button>
        <Switch mode={mode} onSwitch={switchMode} />
      </form>
    </main>
  );
}
