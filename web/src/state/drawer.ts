/** Small things that are open or not. */

import { signal } from "@preact/signals";

/** The navigation, on narrow screens. */
export const drawerOpen = signal(false);

/** Search, and going anywhere by typing. */
export const paletteOpen = signal(false);

/** The list of keys. */
export const keysOpen = signal(false);
