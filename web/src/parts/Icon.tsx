/** The one icon set: 20 × 20, drawn with one pen. Icons are decoration; the words beside them or the label say it. */

const PATHS = {
  arrowUp: "M10 16V4.5M5 9.5l5-5 5 5",
  calendar:
    "M4 6.5A1.5 1.5 0 0 1 5.5 5h9A1.5 1.5 0 0 1 16 6.5v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 14.5zM4 8.5h12M7 3.5V6M13 3.5V6",
  chat: "M6.5 4h7A2.5 2.5 0 0 1 16 6.5v4a2.5 2.5 0 0 1-2.5 2.5H10l-3.5 3v-3A2.5 2.5 0 0 1 4 10.5v-4A2.5 2.5 0 0 1 6.5 4z",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  checkCircle: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7 10.2l2.2 2.2L13.2 8",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6.3V10l2.5 1.8",
  cloudOff: "M3.5 3.5l13 13M7 6.2a4.5 4.5 0 0 1 7.3 2.9 3 3 0 0 1 1.5 5.2M12.5 15H6.2a3.2 3.2 0 0 1-.7-6.3",
  down: "m5.5 8 4.5 4.5L14.5 8",
  flag: "M5.5 17V3.5M5.5 4.5h8.5l-2 3.2 2 3.3H5.5",
  gear: "M4 6h7M15 6h1M4 14h1M9 14h7M11 6a2 2 0 1 0 4 0 2 2 0 0 0-4 0zM5 14a2 2 0 1 0 4 0 2 2 0 0 0-4 0z",
  inbox:
    "M3.5 11.5 5.3 5.1A1.5 1.5 0 0 1 6.7 4h6.6a1.5 1.5 0 0 1 1.4 1.1l1.8 6.4v3a1.5 1.5 0 0 1-1.5 1.5H5a1.5 1.5 0 0 1-1.5-1.5zM3.5 11.5h4a2.5 2.5 0 0 0 5 0h4",
  key: "M3.5 6.5A1.5 1.5 0 0 1 5 5h10a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 15 15H5a1.5 1.5 0 0 1-1.5-1.5zM6.5 8h.01M10 8h.01M13.5 8h.01M7 12h6",
  menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  note: "M4 6h12M4 10h12M4 14h7",
  pencil: "M4 16l.8-3.3 8.6-8.6a1.4 1.4 0 0 1 2 0l.5.5a1.4 1.4 0 0 1 0 2L7.3 15.2z",
  plus: "M10 4.5v11M4.5 10h11",
  redo: "M13 4.5 16.5 8 13 11.5M16.5 8h-8a4.5 4.5 0 0 0 0 9H12",
  repeat: "M4 9.5V9a3 3 0 0 1 3-3h8M12.5 3.5 15 6l-2.5 2.5M16 10.5v.5a3 3 0 0 1-3 3H5M7.5 16.5 5 14l2.5-2.5",
  sun: "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10 3v1.5M10 15.5V17M3 10h1.5M15.5 10H17M5.05 5.05l1.06 1.06M13.89 13.89l1.06 1.06M5.05 14.95l1.06-1.06M13.89 6.11l1.06-1.06",
  tag: "M3.5 4.8v4.9c0 .4.2.8.4 1l6 6c.6.6 1.5.6 2.1 0l4.6-4.6c.6-.6.6-1.5 0-2.1l-6-6c-.3-.3-.6-.5-1-.5H4.8c-.7 0-1.3.6-1.3 1.3zM7 7h.01",
  trash:
    "M4 6h12M8 6V4.5A1 1 0 0 1 9 3.5h2a1 1 0 0 1 1 1V6M5.5 6l.7 9.1a1.5 1.5 0 0 0 1.5 1.4h4.6a1.5 1.5 0 0 0 1.5-1.4L14.5 6",
  undo: "M7 4.5 3.5 8 7 11.5M3.5 8h8a4.5 4.5 0 0 1 0 9H8",
  upcoming:
    "M4 6.5A1.5 1.5 0 0 1 5.5 5h9A1.5 1.5 0 0 1 16 6.5v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 14.5zM4 8.5h12M7 3.5V6M13 3.5V6M8 12h4M10.5 10.5 12 12l-1.5 1.5",
  x: "M5 5l10 10M15 5 5 15",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <path
        class="logo-bubble"
        d="M9 3h14a7 7 0 0 1 7 7v8a7 7 0 0 1-7 7h-8.5l-6 4.6c-.7.5-1.5 0-1.5-.8V25A7 7 0 0 1 2 18v-8a7 7 0 0 1 7-7Z"
      />
      <path class="logo-check" d="m10 14.5 4.3 4.2L22.5 10" />
    </svg>
  );
}
