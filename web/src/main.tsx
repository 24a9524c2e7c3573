/** Starts the app: joins the client to the state rooms and renders. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { connect } from "./api/client";
import { registerWorker } from "./offline/worker";
import { App } from "./screens/App";
import { keepAsking } from "./state/arrival";
import { zone } from "./state/clock";
import { online } from "./state/connection";
import { forgetThread } from "./state/conversations";
import { keepKnown } from "./state/device";
import { keepLine } from "./state/line";
import { keepOutbox } from "./state/outbox";
import { dismissReceipt } from "./state/receipt";
import { keepReminding } from "./state/reminders";
import { keepSending } from "./state/sender";
import { mayMakeAccount, session, signedOut } from "./state/session";
import { forgetTasks } from "./state/tasks";
import "./styles/index.css";

connect({
  timezone: () => zone.peek(),
  onSignedOut: () => void signedOut({ notice: "Your session has ended. Sign in to go on.", comesBack: true }),
  onReachable: (reachable) => {
    online.value = reachable;
  },
  onSignUpClosed: () => {
    mayMakeAccount.value = false;
  },
});

// Nothing of one person stays for the next one at this browser.
effect(() => {
  if (session.value.status !== "out") return;
  document.title = "Saydo";
  forgetTasks();
  forgetThread();
  dismissReceipt();
});

keepKnown();
keepAsking();
keepOutbox();
keepSending();
keepReminding();
keepLine();

addEventListener("offline", () => {
  online.value = false;
});

const root = document.getElementById("app");
if (root) render(<App />, root);

registerWorker();
