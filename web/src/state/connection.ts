/** Whether the server can be reached. */

import { signal } from "@preact/signals";

export const online = signal(navigator.onLine);
