/** Two tabs of one browser, and programs beside them, see each other's changes without looking again. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { composer, home, row, say, seed, shows, thread } from "./harness";

/** Another tab of the same person, at the same place. */
async function another(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto("/");
  await tab.getByRole("heading", { level: 1, name: "All tasks" }).waitFor();
  return tab;
}

/** Does something by the API, as a program would. */
async function call(page: Page, method: string, path: string, body?: unknown): Promise<void> {
  const status = await page.evaluate(
    async ([how, where, what]) => {
      const headers = { "Content-Type": "application/json" };
      const init = what === undefined ? { method: how, headers } : { method: how, headers, body: what };
      return (await fetch(where as string, init as RequestInit)).status;
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)],
  );
  expect(status).toBeLessThan(300);
}

/** Adds a task past the browser, which may be offline. */
async function addFromElsewhere(page: Page, title: string): Promise<void> {
  const { origin } = new URL(page.url());
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const headers = { "Content-Type": "application/json", cookie, origin };
  const answer = await fetch(`${origin}/api/tasks`, {
    method: "POST",
    headers,
    body: JSON.stringify({ title }),
  });
  expect(answer.status).toBe(201);
}

test("what one tab or a program does is seen in the other: add, complete, delete, undo", () =>
  home(async ({ page }) => {
    const other = await another(page);
    await call(page, "POST", "/api/tasks", { title: "Buy milk" });
    await row(page, "Buy milk").waitFor();
    await row(other, "Buy milk").waitFor();

    await say(page, "add call Ana");
    await row(other, "Call Ana").waitFor();

    await call(other, "PATCH", "/api/tasks/1/complete", { completed: true });
    await shows(page, ["Call Ana"]);
    await call(other, "DELETE", "/api/tasks/2");
    await shows(page, []);
    await call(other, "POST", "/api/undo", {});
    await shows(page, ["Call Ana"]);
    await shows(other, ["Call Ana"]);
  }));

test("a conversation that is open in both tabs goes on in both", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" });
    await say(page, "what is open?");
    await thread(page).locator(".bubble", { hasText: "what is open?" }).waitFor();
    const other = await another(page);
    await other.getByRole("link", { name: "what is open?" }).click();
    await thread(other).locator(".bubble", { hasText: "what is open?" }).waitFor();
    await say(page, "how many are done?");
    await thread(other).locator(".bubble", { hasText: "how many are done?" }).waitFor();
  }));

test("what is typed in an editor stays, and it says what happened", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Dentist" });
    await page.getByRole("button", { name: "Dentist", exact: true }).click();
    const editor = page.getByRole("form", { name: "Edit Dentist" });
    await editor.getByLabel("Notes").fill("Bring ID");
    await call(page, "PATCH", "/api/tasks/1", { title: "Dentist, Dr. Ek" });
    await editor.getByText("changed elsewhere").waitFor();
    expect(await editor.getByLabel("Notes").inputValue()).toBe("Bring ID");
    await call(page, "DELETE", "/api/tasks/1");
    await editor.getByText("deleted elsewhere").waitFor();
    expect(await editor.getByLabel("Notes").inputValue()).toBe("Bring ID");
    await editor.getByRole("button", { name: "Cancel" }).click();
    await shows(page, []);
  }));

test("after the connection was cut nothing is missing", () =>
  home(async ({ page }) => {
    const other = await another(page);
    await call(page, "POST", "/api/tasks", { title: "Before" });
    await row(other, "Before").waitFor();
    await page.context().setOffline(true);
    await page.getByText("Offline – as of").waitFor();
    await addFromElsewhere(page, "Meanwhile");
    expect(await row(page, "Meanwhile").count()).toBe(0);
    await page.context().setOffline(false);
    await row(page, "Meanwhile").waitFor();
    await row(other, "Meanwhile").waitFor();
    await page.getByText("Offline – as of").waitFor({ state: "detached" });
    await say(other, "add tea");
    await row(page, "Tea").waitFor();
  }));

test("what could not be looked at when it was heard of is looked at with the next event", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" });
    const other = await another(page);
    const task = /\/api\/tasks\/1$/;
    await page.route(task, (asked) => asked.abort());
    const failed = page.waitForEvent("requestfailed", (asked) => task.test(asked.url()));
    await call(other, "PATCH", "/api/tasks/1", { title: "Buy oat milk" });
    await failed;
    await page.unroute(task);
    expect(await row(page, "Buy milk").count()).toBe(1);
    await call(other, "POST", "/api/tasks", { title: "Dentist" });
    await row(page, "Buy oat milk").waitFor();
  }));

test("a link to a task opens it", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" }, { title: "Dentist" });
    await page.goto("/?task=2");
    await page.getByRole("form", { name: "Edit Dentist" }).waitFor();
    expect(new URL(page.url()).search).toBe("");
    await page.goto("/?task=99");
    await page.getByText("Task not found").waitFor();
    expect(await composer(page).isVisible()).toBe(true);
  }));
