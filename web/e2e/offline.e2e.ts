/** Without a network: what was known is read, on this device and by nobody else. */

import { chromium, type Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { axe, overflow } from "./axe";
import { isKept, isNotKept, kept, workerReady } from "./device";
import { home, PASSWORD, row, say, seed, shows, signIn, signUp, thread, visit } from "./harness";
import { openRelease } from "./release";

const banner = (page: Page) => page.getByRole("status").filter({ hasText: "Offline – as of 10:00" });
const door = (page: Page) => page.getByRole("heading", { name: "Welcome back" });

/** Takes the network away and opens the page anew. */
async function cutAndReload(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await page.reload();
}

test("list, completed tasks and conversations are read without a network, also after a reload", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" }, { title: "Call mom" });
    await page.getByRole("checkbox", { name: "Complete Call mom" }).click();
    await page.getByRole("link", { name: "Completed" }).click();
    await shows(page, ["Call mom"]);
    await say(page, "what is open?");
    await thread(page).locator(".turn-assistant .who").waitFor();
    await page.reload();
    await thread(page).locator(".bubble", { hasText: "what is open?" }).waitFor();
    await workerReady(page);
    // The lists themselves: the conversation names a task, too.
    await isKept(page, '"completed":[{');
    await isKept(page, "what is open?");

    await cutAndReload(page);
    await banner(page).waitFor();
    await thread(page).locator(".bubble", { hasText: "what is open?" }).waitFor();
    await page.goto("/all");
    await shows(page, ["Buy milk"]);
    await page.getByRole("link", { name: "Completed" }).click();
    await shows(page, ["Call mom"]);
    await page.getByRole("link", { name: "Trash" }).click();
    await page.getByText("can’t be reached").waitFor();
    expect(await page.evaluate(async () => (await fetch("/api/tasks").catch(() => null)) === null)).toBe(
      true,
    );
    expect(await kept(page)).not.toContain("cached /api");

    await page.context().setOffline(false);
    await page.getByText("The trash is empty").waitFor();
    await banner(page).waitFor({ state: "detached" });
  }));

test("logging out leaves nothing behind, in no tab, and nothing is read after it", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" });
    await workerReady(page);
    await isKept(page, "Buy milk");
    const other = await page.context().newPage();
    await other.goto("/settings");
    await other.getByRole("button", { name: "Log out", exact: true }).click();
    await door(other).waitFor();
    await door(page).waitFor();
    await isNotKept(page, "Buy milk");
    await cutAndReload(page);
    await page.getByText("This didn’t load").waitFor();
    await isNotKept(page, "Buy milk");
  }));

test("without a network logging out forgets at once, and the session ends when the server can be reached", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" });
    await workerReady(page);
    await isKept(page, "Buy milk");
    const context = page.context();
    const before = await context.cookies();
    await page.getByRole("link", { name: /^Settings/ }).click();
    await context.setOffline(true);
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await door(page).waitFor();
    const notice = page.getByText("You are logged out on this device.");
    await notice.waitFor();
    await isNotKept(page, "Buy milk");
    await page.reload();
    await notice.waitFor();

    await context.setOffline(false);
    await notice.waitFor({ state: "detached" });
    await door(page).waitFor();
    // Whoever had copied the session has nothing of it.
    await context.addCookies(before);
    expect(await page.evaluate(async () => (await fetch("/api/auth/me")).status)).toBe(401);
  }));

test("nor does a session that was ended elsewhere, an account that is deleted, or the next person see anything", () =>
  home(async (person) => {
    const { page } = person;
    await seed(page, { title: "Buy milk" });
    await isKept(page, "Buy milk");
    await page.context().clearCookies();
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await page.getByText("Your session has ended.").waitFor();
    await isNotKept(page, "Buy milk");

    await signIn(person);
    await row(page, "Buy milk").waitFor();
    await isKept(page, "Buy milk");
    // Somebody else, at the same browser, without a log-out.
    await page.context().clearCookies();
    const other = await page.context().newPage();
    await other.goto("/");
    await signUp({ ...person, page: other, email: `other-${person.email}` });
    await page.getByText("What’s on your mind?").waitFor();
    await isNotKept(other, "Buy milk");

    await seed(other, { title: "Hers" });
    await isKept(other, "Hers");
    await other.goto("/settings");
    await other.getByLabel("Your password").fill(PASSWORD);
    await other.getByRole("button", { name: "Delete my account" }).click();
    await other.getByText("everything in it is gone").waitFor();
    await isNotKept(other, "Hers");
  }));

test("a new version is taken with the next look, and replaces what was kept", async () => {
  const release = await openRelease(inject("origin"));
  try {
    await home(
      async ({ page }) => {
        const newer = () => page.locator('body[data-version="newer"]');
        await workerReady(page);
        release.publish();
        await page.reload();
        await newer().waitFor({ state: "attached" });
        await expect
          .poll(() => page.evaluate(() => caches.keys()), { timeout: 60_000 })
          .toEqual(["saydo-newer"]);
        await cutAndReload(page);
        await newer().waitFor({ state: "attached" });
        await page.getByRole("heading", { level: 1, name: "All tasks" }).waitFor();
      },
      { origin: release.origin },
    );
  } finally {
    await release.close();
  }
});

test("the browser offers to install it", async () => {
  const context = await chromium.launchPersistentContext("", {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await context.newPage();
    await page.goto(inject("origin"));
    await workerReady(page);
    const devtools = await context.newCDPSession(page);
    const { url, errors } = await devtools.send("Page.getAppManifest");
    expect([new URL(url).pathname, errors]).toEqual(["/manifest.webmanifest", []]);
    expect((await devtools.send("Page.getInstallabilityErrors")).installabilityErrors).toEqual([]);
    const [said, drawn] = await page.evaluate(async () => {
      const { icons } = (await (await fetch("/manifest.webmanifest")).json()) as {
        icons: { src: string; sizes: string }[];
      };
      const sizes = icons.map(async ({ src }) => {
        const image = new Image();
        image.src = src;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      });
      return [icons.map((icon) => icon.sizes), await Promise.all(sizes)];
    });
    expect(drawn).toEqual(said);
  } finally {
    await context.close();
  }
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`a phone without a network loses nothing (${colorScheme})`, () =>
    visit(
      async (person) => {
        const { page } = person;
        await signUp(person);
        await seed(page, { title: "Send the invoice", due_date: "2026-03-10", priority: "high" });
        await workerReady(page);
        await isKept(page, "Send the invoice");
        await cutAndReload(page);
        await banner(page).waitFor();
        await row(page, "Send the invoice").waitFor();
        await page.getByRole("checkbox", { name: "Complete Send the invoice" }).tap();
        await say(page, `buy ${"x".repeat(200)}`);
        const line = page.locator(".outbox", { hasText: "2 changes wait to be sent" });
        await line.waitFor();
        expect(await overflow(page)).toBe(0);
        expect(await axe(page)).toEqual([]);
        await line.getByRole("button", { name: "Show" }).tap();
        const drops = page.getByRole("dialog").getByRole("button", { name: "Drop" });
        await drops.first().waitFor();
        expect(await overflow(page)).toBe(0);
        expect(await axe(page)).toEqual([]);
        for (const button of await drops.all()) {
          expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
        }
      },
      { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, colorScheme },
    ));
}
