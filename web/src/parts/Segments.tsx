/** A choice of a few, all in sight. */

interface Props<T extends string> {
  legend: string;
  name: string;
  choices: readonly (readonly [value: T, label: string])[];
  value: T;
  onChoose: (value: T) => void;
  disabled?: boolean;
}

export function Segments<T extends string>({ legend, name, choices, value, onChoose, disabled }: Props<T>) {
  return (
    <fieldset class="segments" disabled={disabled}>
      <legend>{legend}</legend>
      <div class="segments-row">
        {choices.map(([choice, label]) => (
          <label key={choice} class="segment">
            <input
              type="radio"
              name={name}
              value={choice}
              checked={choice === value}
              onChange={() => onChoose(choice)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
