/** Small things that are open or not. */

import { signal } from "@preact/signals";

/** The navigation, on narrow screens. */
export const drawerOpen = signal(false);

/** The list of keys. */
export const keysOpen = signal(false);
