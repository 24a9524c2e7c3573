/** Starts the app: joins the client to the state rooms and renders. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { connect } from "./api/client";
import { App } from "./screens/App";
import { zone } from "./state/clock";
import { online } from "./state/connection";
import { forgetThread } from "./state/conversations";
import { dismissReceipt } from "./state/receipt";
import { session, signedOut } from "./state/session";
import { forgetTasks } from "./state/tasks";
import "./styles/index.css";

connect({
  timezone: () => zone.peek(),
  onSignedOut: () => signedOut("Your session has ended. Sign in to go on."),
  onReachable: (reachable) => {
    online.value = reachable;
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

addEventListener("offline", () => {
  online.value = false;
});

const root = document.getElementById("app");
if (root) render(<App />, root);
