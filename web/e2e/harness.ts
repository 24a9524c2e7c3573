/** A person at a browser, and what must hold in every story. */

import { resolve } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject } from "vitest";
import { NOW, ZONE } from "./clock";
import { PASSWORD } from "./password";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A microphone that hums, and nobody who has to allow it.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

export { PASSWORD };

let browser: Browser | undefined;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
  });
});

afterAll(async () => {
  await browser?.close();
});

export interface Person {
  page: Page;
  email: string;
  origin: string;
}

/** What the browser complained about, but for answers with an error status: stories provoke those on purpose. */
function listen(page: Page, origin: string, complaints: string[]): void {
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("blob:")) complaints.push(`request to ${url}`);
  });
}

/** How a person comes to Saydo; `origin` is where, if not at the plain server. */
export type Way = BrowserContextOptions & { origin?: string };

/** To the server that has a language model. */
export const withModel = (more: Way = {}): Way => ({ origin: inject("modelOrigin"), ...more });

let people = 0;

/** A fresh browser profile at the door; afterwards nothing may have gone wrong unseen. */
export async function visit(story: (person: Person) => Promise<void>, way: Way = {}): Promise<void> {
  if (!browser) throw new Error("no browser");
  const { origin = inject("origin"), ...options } = way;
  people += 1;
  const email = `person-${process.pid}-${Date.now()}-${people}@example.org`;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: ZONE,
    reducedMotion: "reduce",
    baseURL: origin,
    ...options,
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  const complaints: string[] = [];
  listen(page, origin, complaints);
  try {
    await page.goto("/");
    await story({ page, email, origin });
    expect(complaints).toEqual([]);
  } catch (cause) {
    const name = expect.getState().currentTestName?.replaceAll(/[^\w]+/g, "-") ?? "story";
    await page.screenshot({ path: resolve(import.meta.dirname, `../test-results/${name}.png`) });
    throw cause;
  } finally {
    await context.close();
  }
}

export async function signUp({ page, email }: Person): Promise<void> {
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByRole("heading", { level: 1, name: "All tasks" }).waitFor();
  await page.locator(".skeleton").waitFor({ state: "detached" });
}

export async function signIn({ page, email }: Person, password = PASSWORD): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** A person who has just signed up. */
export function home(story: (person: Person) => Promise<void>, way: Way = {}): Promise<void> {
  return visit(async (person) => {
    await signUp(person);
    await story(person);
  }, way);
}

export const composer = (page: Page) => page.getByLabel("Say what you want to do");
export const row = (page: Page, title: string) =>
  page.getByRole("listitem").filter({ has: page.getByRole("button", { name: title, exact: true }) });
export const receipt = (page: Page) => page.locator(".receipt");
export const thread = (page: Page) => page.getByRole("complementary", { name: "Conversation" });

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

/** Puts tasks there by the API, as another client would, and waits until they have moved in. */
export async function seed(
  page: Page,
  ...tasks: { title: string; [field: string]: unknown }[]
): Promise<void> {
  for (const task of tasks) {
    const status = await page.evaluate(async (body) => {
      const headers = { "Content-Type": "application/json" };
      return (await fetch("/api/tasks", { method: "POST", headers, body })).status;
    }, JSON.stringify(task));
    expect(status).toBe(201);
  }
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  for (const task of tasks) await row(page, task.title).waitFor();
}

/** The titles in the list, from the top. */
export const titles = (page: Page): Promise<string[]> => page.locator(".rows .row-title").allInnerTexts();

/** Waits until the list is exactly this. */
export async function shows(page: Page, expected: string[]): Promise<void> {
  await expect.poll(() => titles(page)).toEqual(expected);
}
