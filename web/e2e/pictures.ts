/** Not a test of anything: the pictures in the README, taken of the real thing. */

import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { test } from "vitest";
import { composer, home, say, seed, thread } from "./harness";

const picture = (name: string): string => resolve(import.meta.dirname, "../../docs/images", name);

const TASKS = [
  { title: "Send the invoice to Brandt & Co.", due_date: "2026-03-10", priority: "high", labels: ["work"] },
  { title: "Water the plants", due_date: "2026-03-11", recurrence: "every other day", labels: ["home"] },
  { title: "Call mom", due_date: "2026-03-11T18:00:00+01:00", labels: ["family"] },
  { title: "Return the library books", due_date: "2026-03-12", labels: ["errands"] },
  { title: "Review the budget with Priya", due_date: "2026-03-12T10:30:00+01:00", labels: ["work"] },
  { title: "Renew the passport", due_date: "2026-04-20", priority: "high", labels: ["errands", "travel"] },
  { title: "Read “The Dispossessed”" },
];

/** Gives the person a name, as the settings would. */
async function introduce(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const headers = { "Content-Type": "application/json" };
    await fetch("/api/auth/me", { method: "PATCH", headers, body: JSON.stringify({ name: "Ada" }) });
  });
  await page.reload();
}

async function typing(page: Page): Promise<void> {
  await composer(page).fill("book the train to Lyon next friday 9am #travel");
  await page.locator(".chip").first().waitFor();
}

test("desktop", () =>
  home(
    async ({ page }) => {
      await introduce(page);
      await seed(page, ...TASKS);
      await say(page, "dentist friday 3pm, and remind me to buy flowers before that");
      await page.locator(".row", { hasText: "Dentist" }).waitFor();
      await say(page, "remove everything tagged errands");
      await thread(page).getByRole("button", { name: "Accept" }).waitFor();
      await typing(page);
      await page.mouse.move(0, 0);
      await page.screenshot({ path: picture("desktop.png") });
    },
    { viewport: { width: 1280, height: 860 } },
  ));

test("phone", () =>
  home(
    async ({ page }) => {
      await introduce(page);
      await seed(page, ...TASKS);
      await typing(page);
      await page.screenshot({ path: picture("phone.png") });
    },
    { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: "dark" },
  ));
