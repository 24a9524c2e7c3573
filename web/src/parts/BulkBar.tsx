/** What can be done with the tasks that are selected. */

import { clearSelection, completeSelected, deleteSelected, selected, working } from "../state/bulk";
import { movingSelected } from "../state/focus";
import { route } from "../state/route";
import { Icon, type IconName } from "./Icon";

function Action({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="button" disabled={working.value} aria-label={label} onClick={onClick}>
      <Icon name={icon} />
      <span class="bulk-word">{label}</span>
    </button>
  );
}

export function BulkBar() {
  const count = selected.value.length;
  if (count === 0) return null;
  const when = () => {
    movingSelected.value = true;
  };
  const over = route.value.view.name === "completed";
  return (
    <section class="bulk" aria-label="Selected tasks">
      <span class="bulk-count" role="status">
        {count} selected
      </span>
      <Action
        icon={over ? "undo" : "check"}
        label={over ? "Reopen" : "Complete"}
        onClick={() => void completeSelected()}
      />
      {!over && <Action icon="clock" label="Reschedule" onClick={when} />}
      <Action icon="trash" label="Delete" onClick={() => void deleteSelected()} />
      <button type="button" class="icon-button" aria-label="Select none" onClick={clearSelection}>
        <Icon name="x" />
      </button>
    </section>
  );
}
