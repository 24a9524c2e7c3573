/** The instant at which every story takes place: a Wednesday morning in Berlin. */
export const NOW = "2026-03-11T09:00:00Z";
export const ZONE = "Europe/Berlin";
