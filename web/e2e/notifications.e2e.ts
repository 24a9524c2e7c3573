/** Telling this device of what is due, while Saydo is open. */

import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe, overflow } from "./axe";
import { workerReady } from "./device";
import { home, row, seed } from "./harness";

const panel = (page: Page) =>
  page.locator(".panel", { has: page.getByRole("heading", { name: "Notifications" }) });

/** What the browser shows now. */
const shown = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body }) => `${title}: ${body}`);
  });

/** Clicks what is shown, as the browser tells its worker. */
async function click(context: BrowserContext, tag: string): Promise<void> {
  const [worker] = context.serviceWorkers();
  const wanted = JSON.stringify({ tag });
  await worker?.evaluate(`self.registration.getNotifications(${wanted}).then(([notification]) => {
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  })`);
}

/** The page looks again, as it does once a minute. */
const lookAgain = (page: Page) => page.evaluate(() => dispatchEvent(new Event("focus")));

async function allow(page: Page): Promise<void> {
  await page.context().grantPermissions(["notifications"]);
  await page.goto("/settings");
  await workerReady(page);
  await panel(page).getByRole("radio", { name: "On" }).check();
}

const TEST = "Saydo: This is how a due task is told.";
const AT_TEN = { title: "Call mom", due_date: "2026-03-11T10:05:00+01:00" };

test("a test is sent, and a due task is told once, by one of two tabs; a click opens it", () =>
  home(async ({ page }) => {
    await seed(page, AT_TEN);
    await allow(page);
    await panel(page).getByRole("button", { name: "Send a test" }).click();
    await expect.poll(() => shown(page)).toEqual([TEST]);
    await page.goto("/all");
    const other = await page.context().newPage();
    await other.clock.setFixedTime("2026-03-11T09:00:00Z");
    await other.goto("/all");
    await row(other, "Call mom").waitFor();
    for (const tab of [page, other]) await tab.clock.setFixedTime("2026-03-11T09:05:30Z");
    await Promise.all([lookAgain(page), lookAgain(other)]);
    const told = "Call mom: Today 10:05";
    await expect.poll(() => shown(page)).toContain(told);
    await Promise.all([lookAgain(page), lookAgain(other)]);
    await click(page.context(), "task-1");
    await expect
      .poll(
        async () => {
          const forms = [page, other].map((tab) => tab.getByRole("form", { name: "Edit Call mom" }).count());
          return (await Promise.all(forms)).reduce((sum, count) => sum + count, 0);
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    // What was told is not told again, not even after a reload.
    await page.reload();
    await row(page, "Call mom")
      .or(page.getByRole("form", { name: "Edit Call mom" }))
      .waitFor();
    await Promise.all([lookAgain(page), lookAgain(other)]);
    expect(await shown(page)).toEqual([TEST]);
  }));

test("what was done elsewhere in the last moment is not told", () =>
  home(async ({ page }) => {
    await seed(page, AT_TEN, { ...AT_TEN, title: "Dentist" });
    await allow(page);
    await page.goto("/all");
    await row(page, "Dentist").waitFor();
    await page.route("**/api/tasks/1", async (asked) => {
      const answer = await asked.fetch();
      await asked.fulfill({ response: answer, json: { ...(await answer.json()), completed: true } });
    });
    const heard = page.waitForResponse("**/api/tasks/1");
    await page.clock.setFixedTime("2026-03-11T09:05:30Z");
    await lookAgain(page);
    await heard;
    await expect.poll(() => shown(page)).toEqual(["Dentist: Today 10:05"]);
  }));

test("off is off, on this device, also after a reload, and on is on again", () =>
  home(async ({ page }) => {
    await seed(page, AT_TEN, { title: "Dentist", due_date: "2026-03-11T10:25:00+01:00" });
    await allow(page);
    await panel(page).getByRole("radio", { name: "Off" }).check();
    await page.reload();
    await expect.poll(() => panel(page).getByRole("radio", { name: "Off" }).isChecked()).toBe(true);
    await page.clock.setFixedTime("2026-03-11T09:05:30Z");
    await lookAgain(page);
    await page.reload();
    await panel(page).waitFor();
    await lookAgain(page);
    await page.clock.setFixedTime("2026-03-11T09:25:30Z");
    await panel(page).getByRole("radio", { name: "On" }).check();
    await lookAgain(page);
    await expect.poll(() => shown(page)).toEqual(["Dentist: Today 10:25"]);
  }));

test("where it is refused, it says so and what can be done", () =>
  home(
    async ({ page }) => {
      await page.goto("/settings");
      // Nobody is there to say yes: the browser says no.
      await panel(page).getByRole("button", { name: "Allow notifications" }).tap();
      await panel(page).getByText("This browser blocks notifications of this page.").waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await axe(page)).toEqual([]);
      await page.context().grantPermissions(["notifications"]);
      await page.reload();
      await panel(page).getByRole("button", { name: "Send a test" }).waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await axe(page)).toEqual([]);
    },
    { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  ));
