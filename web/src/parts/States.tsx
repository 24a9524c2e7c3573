/** Empty, loading and error: each says what is, what can be done, and offers one way on. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

interface BlankProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}

export function Blank({ icon, title, children }: BlankProps) {
  return (
    <div class="blank">
      <span class="blank-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function ErrorState({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <div role="alert">
      <Blank icon="cloudOff" title="This didn’t load">
        <p>{message}</p>
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      </Blank>
    </div>
  );
}

export function Skeleton({ rows }: { rows: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} class="skeleton-row" />
      ))}
    </div>
  );
}
