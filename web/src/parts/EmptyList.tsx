/** An empty list: what that means here, and sentences to try. */

import { fillComposer } from "../state/composer";
import type { View } from "../state/route";
import { open } from "../state/tasks";
import { Icon } from "./Icon";
import { Blank } from "./States";

const EXAMPLES = [
  "Call mom tomorrow at 6pm",
  "Water the plants every sunday #home",
  "Dentist friday 3pm, and remind me to buy flowers before that",
] as const;

function Examples() {
  return (
    <ul class="examples" aria-label="Examples">
      {EXAMPLES.map((example) => (
        <li key={example}>
          <button type="button" class="example" onClick={() => fillComposer(example)}>
            <Icon name="chat" />
            <span>{example}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function EmptyList({ view }: { view: View }) {
  switch (view.name) {
    case "completed":
      return (
        <Blank icon="checkCircle" title="Nothing completed yet">
          <p>Tick a task off, or say “I called mom”. It will be kept here.</p>
        </Blank>
      );
    case "trash":
      return (
        <Blank icon="trash" title="The trash is empty">
          <p>Deleted tasks stay here for a while, in case you want one back.</p>
        </Blank>
      );
    case "label":
      return (
        <Blank icon="tag" title={`Nothing is tagged #${view.label}`}>
          <p>Add the label to a task by saying #{view.label} in it.</p>
        </Blank>
      );
    default:
      return open.value.length === 0 ? (
        <Blank icon="chat" title="What’s on your mind?">
          <p>Say it the way you would to a person. Try one of these:</p>
          <Examples />
        </Blank>
      ) : (
        <Blank icon="sun" title={view.name === "today" ? "Nothing due today" : "Nothing coming up"}>
          <p>Give a task a date by saying one, like “friday 3pm”.</p>
        </Blank>
      );
  }
}
