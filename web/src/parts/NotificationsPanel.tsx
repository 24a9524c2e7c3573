/** Notifications of due tasks on this device: allow, try, turn on and off. */

import { useState } from "preact/hooks";
import {
  allowReminders,
  canNotify,
  notifyTest,
  permission,
  remindersOn,
  setReminders,
} from "../state/reminders";
import { Segments } from "./Segments";

const CHOICES = [
  ["on", "On"],
  ["off", "Off"],
] as const;

/** Why there are none, and what can be done about it. */
function obstacle(): string | null {
  if (!window.isSecureContext) return "Browsers notify over https only. Open Saydo at its https address.";
  if (!canNotify()) return "This browser can’t notify.";
  if (permission.value !== "denied") return null;
  return "This browser blocks notifications of this page. Allow them in its settings, then reload.";
}

function Controls() {
  const [said, setSaid] = useState("");
  const test = async () => {
    setSaid("");
    try {
      await notifyTest();
      setSaid("Sent. Nothing to see? Look at the notification settings of this device.");
    } catch {
      setSaid("The browser did not show it.");
    }
  };
  if (permission.value === "default") {
    return (
      <div class="panel-buttons">
        <button type="button" class="button" onClick={() => void allowReminders()}>
          Allow notifications
        </button>
      </div>
    );
  }
  return (
    <>
      <Segments
        legend="On this device"
        name="reminders"
        choices={CHOICES}
        value={remindersOn.value ? "on" : "off"}
        onChoose={(choice) => setReminders(choice === "on")}
      />
      <div class="panel-buttons">
        <button type="button" class="button" onClick={() => void test()}>
          Send a test
        </button>
        <span role="status">{said}</span>
      </div>
    </>
  );
}

export function NotificationsPanel() {
  const why = obstacle();
  return (
    <section class="panel">
      <h2>Notifications</h2>
      <p class="panel-lead">
        While Saydo is open, in a background tab too, this device tells you when a task is due: at its time,
        or at 9:00 when it is for the whole day.
      </p>
      {why ? <p role="status">{why}</p> : <Controls />}
    </section>
  );
}
