/** Changing the password; every other session ends. */

import { useState } from "preact/hooks";
import { changePassword } from "../api/account";
import { Problem, sentence } from "../api/problem";
import { Field } from "./Field";

interface Errors {
  current?: string | undefined;
  next?: string | undefined;
  form?: string | undefined;
}

function placeErrors(cause: unknown): Errors {
  if (!(cause instanceof Problem)) return { form: sentence(cause) };
  const errors = { current: cause.field("current_password"), next: cause.field("new_password") };
  if (errors.current || errors.next) return errors;
  return cause.status === 401 || cause.status === 400 ? { current: cause.message } : { form: cause.message };
}

export function PasswordForm() {
  const [errors, setErrors] = useState<Errors>({});
  const [said, setSaid] = useState("");
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(form instanceof HTMLFormElement)) return;
    const data = new FormData(form);
    setSaid("");
    setErrors({});
    try {
      await changePassword(String(data.get("current") ?? ""), String(data.get("next") ?? ""));
      form.reset();
      setSaid("Changed. Every other session has ended.");
    } catch (cause) {
      setErrors(placeErrors(cause));
    }
  };
  return (
    <form class="panel" onSubmit={onSubmit}>
      <h2>Password</h2>
      <Field
        label="Current password"
        name="current"
        type="password"
        autoComplete="current-password"
        required
        error={errors.current}
      />
      <Field
        label="New password"
        name="next"
        type="password"
        autoComplete="new-password"
        minLength={8}
        required
        error={errors.next}
        hint="At least 8 characters"
      />
      <div class="panel-buttons">
        <button type="submit" class="button button-primary">
          Change password
        </button>
        <span role="status">{said || errors.form}</span>
      </div>
    </form>
  );
}
