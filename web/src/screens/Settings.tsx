/** The person's settings. */

import { useState } from "preact/hooks";
import { sentence } from "../api/problem";
import { browserZone } from "../lib/zone";
import { AgentsPanel } from "../parts/AgentsPanel";
import { DeleteAccount, ExportPanel } from "../parts/DataPanel";
import { Field } from "../parts/Field";
import { ImportPanel } from "../parts/ImportPanel";
import { LogOut } from "../parts/LogOut";
import { NotificationsPanel } from "../parts/NotificationsPanel";
import { PasswordForm } from "../parts/PasswordForm";
import { PlannerPanel } from "../parts/PlannerPanel";
import { Segments } from "../parts/Segments";
import { keysOpen } from "../state/drawer";
import { updateMe, user } from "../state/session";
import { setTheme, type Theme, theme } from "../state/theme";

const THEMES: readonly [Theme, string][] = [
  ["system", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
];

function ZoneChoice({ value }: { value: string }) {
  const zones = new Set([...Intl.supportedValuesOf("timeZone"), "UTC", browserZone(), value].filter(Boolean));
  return (
    <div class="field">
      <label for="zone">Time zone</label>
      <select id="zone" name="timezone" defaultValue={value || browserZone()}>
        {[...zones].sort().map((zone) => (
          <option key={zone} value={zone} selected={zone === (value || browserZone())}>
            {zone.replaceAll("_", " ")}
          </option>
        ))}
      </select>
      <p class="field-note">Dates you say are meant there.</p>
    </div>
  );
}

function Profile() {
  const [said, setSaid] = useState("");
  const person = user.value;
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const data = new FormData(event.currentTarget);
    try {
      await updateMe({ name: String(data.get("name") ?? "").trim(), timezone: String(data.get("timezone")) });
      setSaid("Saved.");
    } catch (cause) {
      setSaid(sentence(cause));
    }
  };
  return (
    <form class="panel" onSubmit={onSubmit}>
      <h2>You</h2>
      <p class="panel-lead">{person?.email}</p>
      <Field label="Name" name="name" autoComplete="name" maxLength={100} defaultValue={person?.name ?? ""} />
      <ZoneChoice value={person?.timezone ?? ""} />
      <div class="panel-buttons">
        <button type="submit" class="button button-primary">
          Save
        </button>
        <span role="status">{said}</span>
      </div>
    </form>
  );
}

function Appearance() {
  const showKeys = () => {
    keysOpen.value = true;
  };
  return (
    <section class="panel">
      <h2>Look and keys</h2>
      <Segments legend="Theme" name="theme" choices={THEMES} value={theme.value} onChoose={setTheme} />
      <div class="panel-buttons">
        <button type="button" class="button" onClick={showKeys}>
          Show the keys
        </button>
      </div>
    </section>
  );
}

export function Settings() {
  return (
    <div class="settings">
      <header class="list-head">
        <h1>Settings</h1>
      </header>
      <Profile />
      <Appearance />
      <NotificationsPanel />
      <PlannerPanel />
      <AgentsPanel />
      <PasswordForm />
      <LogOut />
      <ImportPanel />
      <ExportPanel />
      <DeleteAccount />
    </div>
  );
}
