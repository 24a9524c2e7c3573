/** The minute that is being shown; groups and words follow it. */

import { computed, signal } from "@preact/signals";
import type { Here } from "../lib/due";
import { browserZone } from "../lib/zone";
import { user } from "./session";

const now = signal(Date.now());

/** The account's zone if one is set, else this device's. */
export const zone = computed(() => user.value?.timezone || browserZone());

export const here = computed<Here>(() => ({ now: now.value, zone: zone.value }));

export const tick = (): void => {
  now.value = Date.now();
};
