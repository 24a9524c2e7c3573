/** Search, and going anywhere, by typing: tasks, places, labels, conversations. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { paletteOpen } from "../state/drawer";
import { Dialog } from "./Dialog";
import { type Found, find } from "./found";
import { Icon } from "./Icon";

const LIST = "palette-list";
const optionId = (index: number): string => `palette-${index}`;

interface OptionProps {
  found: Found;
  index: number;
  active: boolean;
  onChoose: () => void;
}

function Option({ found, index, active, onChoose }: OptionProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (active) ref.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the line's, which keeps the focus
    <div
      ref={ref}
      id={optionId(index)}
      class={active ? "palette-option palette-active" : "palette-option"}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      onClick={onChoose}
    >
      <Icon name={found.icon} />
      <span class="palette-title">{found.title}</span>
      <span class="choice-hint">{found.hint}</span>
    </div>
  );
}

function Sheet() {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const all = find(query);
  const active = Math.min(at, all.length - 1);
  const close = () => {
    paletteOpen.value = false;
  };
  const choose = (found: Found | undefined) => {
    close();
    // Until the dialog is gone nothing else can take the focus.
    requestAnimationFrame(() => found?.choose());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setAt((active + by + all.length) % all.length);
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    choose(all[active]);
  };
  return (
    <Dialog title="Search" onClose={close}>
      <form onSubmit={onSubmit}>
        <input
          role="combobox"
          aria-label="Search tasks, places, labels, conversations"
          aria-expanded="true"
          aria-controls={LIST}
          aria-activedescendant={optionId(active)}
          placeholder="Tasks, places, labels, conversations"
          enterkeyhint="go"
          autoComplete="off"
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </form>
      <div id={LIST} class="palette" role="listbox" aria-label="Found">
        {all.map((found, index) => (
          <Option
            key={found.key}
            found={found}
            index={index}
            active={index === active}
            onChoose={() => choose(found)}
          />
        ))}
      </div>
    </Dialog>
  );
}

export function Palette() {
  return paletteOpen.value ? <Sheet /> : null;
}
