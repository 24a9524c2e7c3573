/** What was said while an answer is on its way: it follows in its order, and can be taken back until then. */

import { queued, takeBack } from "../state/line";
import { Icon } from "./Icon";

export function Queue() {
  const lines = queued.value;
  return (
    <div role="status">
      {lines.length > 0 && (
        <ul class="queue" aria-label="Sent after this answer">
          {lines.map((text, index) => (
            <li key={`${index} ${text}`} class="queue-line">
              <Icon name="clock" />
              Next:
              <span class="queue-text">{text}</span>
              <button
                type="button"
                class="icon-button"
                aria-label={`Take back: ${text}`}
                title="Take back"
                onClick={() => takeBack(index)}
              >
                <Icon name="x" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
