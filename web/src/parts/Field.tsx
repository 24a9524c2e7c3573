/** A labelled input with its error beside it. The place of the error is always there, so nothing jumps. */

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

type Props = JSX.IntrinsicElements["input"] & {
  label: string;
  error?: string | undefined;
  hint?: ComponentChildren;
};

export function Field({ label, error, hint, ...input }: Props) {
  const id = useId();
  return (
    <div class={error ? "field field-wrong" : "field"}>
      <label for={id}>{label}</label>
      <input id={id} aria-invalid={error ? true : undefined} aria-describedby={`${id}-note`} {...input} />
      <p class="field-note" id={`${id}-note`}>
        {error ?? hint}
      </p>
    </div>
  );
}
