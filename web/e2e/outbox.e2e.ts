/** What is done without a network waits, and lands once. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe } from "./axe";
import { isKept, isNotKept, workerReady } from "./device";
import { composer, home, receipt, row, say, seed, shows, signIn, signUp, thread } from "./harness";

/** What the server has, asked past the browser, which may be offline. */
async function ask(page: Page, method: string, path: string, body?: unknown): Promise<unknown> {
  const { origin } = new URL(page.url());
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const headers = { "Content-Type": "application/json", cookie, origin };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const answer = await fetch(`${origin}${path}`, init);
  expect(answer.status).toBeLessThan(300);
  return answer.status === 204 ? null : answer.json();
}

/** The titles of all tasks at the server, as often as they are there. */
async function stored(page: Page, completed = false): Promise<string[]> {
  const tasks = (await ask(page, "GET", `/api/tasks?completed=${completed}&limit=200`)) as {
    title: string;
  }[];
  return tasks.map(({ title }) => title).sort();
}

const waits = (page: Page, words: string) => page.locator(".outbox", { hasText: words });
const dialog = (page: Page) => page.getByRole("dialog", { name: "Waits to be sent" });

async function cut(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await page.getByText("Offline – as of").waitFor();
}

async function mend(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await page.locator(".outbox").waitFor({ state: "detached", timeout: 60_000 });
}

async function edit(page: Page, title: string, to: string): Promise<void> {
  await page.getByRole("button", { name: title, exact: true }).click();
  const editor = page.getByRole("form", { name: `Edit ${title}` });
  await editor.getByLabel("Title").fill(to);
  await editor.getByRole("button", { name: "Save" }).click();
  await editor.waitFor({ state: "detached" });
}

async function remove(page: Page, title: string): Promise<void> {
  await row(page, title).hover();
  await row(page, title).getByRole("button", { name: "Delete" }).click();
}

test("complete, reopen, edit twice, delete and lines wait, survive a reload, and land once in their order", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" }, { title: "Call mom" }, { title: "Dentist" }, { title: "Rent" });
    await workerReady(page);
    await isKept(page, "Rent");
    await cut(page);
    await page.getByRole("checkbox", { name: "Complete Buy milk" }).click();
    await receipt(page).getByText("Waits to be sent: Complete “Buy milk”.").waitFor();
    await row(page, "Buy milk").getByText("Waits to be sent").waitFor();
    await page.getByRole("checkbox", { name: "Complete Rent" }).click();
    await page.getByRole("checkbox", { name: "Reopen Rent" }).click();
    await edit(page, "Call mom", "Call mum");
    await edit(page, "Call mum", "Call mum at noon");
    await remove(page, "Dentist");
    await say(page, "buy bread");
    await say(page, "water the plants every sunday");
    await waits(page, "8 changes wait to be sent").waitFor();
    await shows(page, ["Buy milk", "Call mum at noon", "Rent"]);
    await composer(page).fill("what is open?");
    await composer(page).press("Enter");
    await thread(page).getByText("can’t be reached").waitFor();
    await page.getByRole("button", { name: "Close conversation" }).click();

    await page.reload();
    await waits(page, "8 changes wait to be sent").waitFor();
    await shows(page, ["Buy milk", "Call mum at noon", "Rent"]);
    expect(await stored(page)).toEqual(["Buy milk", "Call mom", "Dentist", "Rent"]);

    await mend(page);
    await page.getByText("Sent: 8 changes that waited.").waitFor();
    expect(await stored(page)).toEqual(["Buy bread", "Call mum at noon", "Rent", "Water the plants"]);
    expect(await stored(page, true)).toEqual(["Buy milk"]);
    await expect.poll(() => row(page, "Water the plants").count()).toBe(1);
    // Both lines are one conversation, as they would have been.
    const { conversations } = (await ask(page, "GET", "/api/conversations")) as { conversations: unknown[] };
    expect(conversations.length).toBe(1);
  }));

test("of two tabs one sends, and what arrived without an answer is not done again", () =>
  home(async ({ page }) => {
    await workerReady(page);
    const other = await page.context().newPage();
    await other.goto("/");
    await other.getByRole("heading", { level: 1, name: "All tasks" }).waitFor();
    // The first line arrives, and its answer is lost.
    await page.route(
      "**/chat",
      async (route) => {
        await route.fetch();
        await page.context().setOffline(true);
        await route.abort();
      },
      { times: 1 },
    );
    await say(page, "add buy milk");
    await waits(page, "1 change waits").waitFor();
    for (const title of ["call Ana", "book a table", "water the plants"]) await say(page, `add ${title}`);
    await waits(other, "4 changes wait").waitFor();
    await say(other, "add pay the rent");
    await waits(page, "5 changes wait").waitFor();
    await mend(page);
    await waits(other, "wait").waitFor({ state: "detached" });
    const all = ["Book a table", "Buy milk", "Call Ana", "Pay the rent", "Water the plants"];
    await expect.poll(() => stored(page)).toEqual(all);
    await row(other, "Pay the rent").waitFor();
  }));

test("a refusal stops what comes after it, and the person decides", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Dentist" }, { title: "Rent" });
    await cut(page);
    await edit(page, "Dentist", "Dentist at noon");
    await page.getByRole("checkbox", { name: "Complete Rent" }).click();
    await waits(page, "2 changes wait").waitFor();
    await ask(page, "PATCH", "/api/tasks/1", { title: "Dentist, Dr. Ek" });
    await page.context().setOffline(false);
    await waits(page, "Not sent: 2 changes wait for your decision").waitFor({ timeout: 60_000 });
    expect(await stored(page)).toEqual(["Dentist, Dr. Ek", "Rent"]);
    expect(await axe(page)).toEqual([]);
    await waits(page, "Not sent").getByRole("button", { name: "Show" }).click();
    await dialog(page).getByText("This task was changed elsewhere in the meantime.").waitFor();
    expect(await axe(page)).toEqual([]);
    await dialog(page).getByRole("button", { name: "Try again" }).click();
    await waits(page, "wait").waitFor({ state: "detached", timeout: 60_000 });
    expect(await stored(page)).toEqual(["Dentist at noon"]);

    // What is gone can't be completed: that is said, and can be dropped.
    await cut(page);
    await page.getByRole("checkbox", { name: "Complete Dentist at noon" }).click();
    await ask(page, "DELETE", "/api/tasks/1");
    await page.context().setOffline(false);
    await waits(page, "Not sent: 1 change").waitFor({ timeout: 60_000 });
    await waits(page, "Not sent").getByRole("button", { name: "Show" }).click();
    await dialog(page).getByText("Task not found").waitFor();
    await dialog(page).getByRole("button", { name: "Drop: Complete" }).click();
    await waits(page, "wait").waitFor({ state: "detached" });
  }));

test("a session that ended meanwhile: the same person sends, another is asked and sends nothing", () =>
  home(async (person) => {
    const { page } = person;
    await seed(page, { title: "Rent" });
    await cut(page);
    await page.getByRole("checkbox", { name: "Complete Rent" }).click();
    await waits(page, "1 change waits").waitFor();
    await page.context().clearCookies();
    await page.context().setOffline(false);
    await page.getByText(`Sign in as ${person.email} to send it.`).waitFor({ timeout: 60_000 });
    // Somebody else, whose first task has the same number.
    const email = `other-${person.email}`;
    await signUp({ ...person, email });
    await seed(page, { title: "Hers" });
    await page.getByText(`1 change of ${person.email}`).waitFor();
    await isKept(page, "Rent");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.goto("/settings");
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await signIn(person);
    await row(page, "Rent").waitFor({ state: "detached", timeout: 60_000 });
    await expect.poll(() => stored(page, true)).toEqual(["Rent"]);
    await page.context().clearCookies();
    await page.reload();
    await signIn({ ...person, email });
    await shows(page, ["Hers"]);
  }));

test("a page whose browser has become somebody else’s sends nothing to them", () =>
  home(async (person) => {
    const { page } = person;
    await seed(page, { title: "Rent" });
    const mine = await page.context().cookies();
    await page.context().clearCookies();
    const other = await page.context().newPage();
    await other.goto("/");
    await signUp({ ...person, page: other, email: `other-${person.email}` });
    await seed(other, { title: "Hers" });
    const hers = await page.context().cookies();
    await other.close();
    await page.context().addCookies(mine);
    await page.goto("/");
    await row(page, "Rent").waitFor();
    await cut(page);
    await page.getByRole("checkbox", { name: "Complete Rent" }).click();
    await waits(page, "1 change waits").waitFor();
    await page.context().addCookies(hers);
    await page.context().setOffline(false);
    await page.getByText(`1 change of ${person.email}`).waitFor({ timeout: 60_000 });
    await shows(page, ["Hers"]);
    expect(await stored(page)).toEqual(["Hers"]);
    await page.getByRole("button", { name: "Drop", exact: true }).click();
    await page.locator(".outbox").waitFor({ state: "detached" });
    await isNotKept(page, "Rent");
  }));

test("a server in trouble is asked again, and the person is not", () =>
  home(async ({ page }) => {
    let asked = 0;
    const problem = (status: number) => ({
      status,
      contentType: "application/problem+json",
      body: JSON.stringify({ detail: "Not now." }),
    });
    await cut(page);
    await say(page, "add buy bread");
    await waits(page, "1 change waits").waitFor();
    await page.route("**/chat", (route) => {
      asked += 1;
      return asked > 2 ? route.continue() : route.fulfill(problem(asked === 1 ? 429 : 500));
    });
    await mend(page);
    await receipt(page).getByText("Added “Buy bread”").waitFor();
    expect(await stored(page)).toEqual(["Buy bread"]);
    expect(asked).toBe(3);
  }));

test("logging out asks before it drops what was never sent", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Rent" });
    await cut(page);
    await edit(page, "Rent", "Pay the rent");
    await ask(page, "PATCH", "/api/tasks/1", { priority: "high" });
    await page.context().setOffline(false);
    await waits(page, "Not sent").waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: /^Settings/ }).click();
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.getByRole("button", { name: "Stay" }).click();
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.getByRole("button", { name: "Drop and log out" }).click();
    await page.getByRole("heading", { name: "Welcome back" }).waitFor();
    await isNotKept(page, "Pay the rent");
  }));

test("words that meant a day are not sent on another one unasked", () =>
  home(async ({ page }) => {
    await cut(page);
    await say(page, "add dentist tomorrow");
    await say(page, "add buy bread");
    await waits(page, "2 changes wait").waitFor();
    await page.clock.setFixedTime("2026-03-12T09:00:00Z");
    await page.context().setOffline(false);
    await waits(page, "Not sent").waitFor({ timeout: 60_000 });
    await waits(page, "Not sent").getByRole("button", { name: "Show" }).click();
    await dialog(page).getByText("You said this on another day").waitFor();
    await dialog(page).getByRole("button", { name: "Drop: “add dentist tomorrow”" }).click();
    await waits(page, "wait").waitFor({ state: "detached", timeout: 60_000 });
    expect(await stored(page)).toEqual(["Buy bread"]);
  }));
