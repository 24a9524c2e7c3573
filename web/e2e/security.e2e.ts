/** What people, programs and models write is shown as text, on every screen. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { home, say, thread, visit, type Way, withModel } from "./harness";
import { LABEL, PAYLOADS } from "./security.payloads";

/** How long a walk through all screens may take on a slow machine. */
const MANY_SCREENS = 180_000;

/** The policy is off there: what the app shows is harmless by itself. */
const PHONE: Way = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
  bypassCSP: true,
};

type Texts = readonly string[];

type Call = [method: string, path: string, body?: unknown, token?: string];

/** Sends them one after the other as the page's person, or as a program with a token, and gives the answers. */
async function send(page: Page, calls: Call[]): Promise<Record<string, unknown>[]> {
  return page.evaluate(async (all) => {
    const answers = [];
    for (const [method, path, body, token] of all) {
      const headers: Record<string, string> = { "Content-Type": "application/json" };
      if (token) headers.Authorization = `Bearer ${token}`;
      const answer = await fetch(path, { method, headers, body: body ? JSON.stringify(body) : null });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      answers.push(text ? JSON.parse(text) : {});
    }
    return answers;
  }, calls);
}

const task = (text: string) => ({
  title: text,
  description: text,
  recurrence: { rrule: "FREQ=DAILY", text },
  labels: [LABEL],
});

/** The address of the page's person for the chat. */
const chatOf = async (page: Page) => `/api/${(await send(page, [["GET", "/api/auth/me"]]))[0]?.id}/chat`;

/** Open, completed and trashed tasks, the first with a history; a conversation of them all, and one named after each. */
async function fillEveryField(page: Page, texts: Texts): Promise<number> {
  const all = texts.length;
  const numbered = (from: number, call: (id: number) => Call) => texts.map((_, i) => call(from + i));
  await send(page, [
    ...texts.map((text): Call => ["POST", "/api/tasks", task(text)]),
    ...texts.map((text): Call => ["POST", "/api/tasks", { ...task(text), recurrence: null }]),
    ...texts.map((text): Call => ["POST", "/api/tasks", task(text)]),
    ...numbered(all + 1, (id) => ["PATCH", `/api/tasks/${id}/complete`, { completed: true }]),
    ...numbered(2 * all + 1, (id) => ["DELETE", `/api/tasks/${id}`]),
    ["PATCH", "/api/auth/me", { name: texts[1] }],
  ]);
  const tokens = await send(
    page,
    texts.map((name): Call => ["POST", "/api/tokens", { name, scope: "write" }]),
  );
  const changed = (index: number) => texts[(index + 1) % all];
  await send(
    page,
    tokens.map(({ token }, i): Call => ["PATCH", "/api/tasks/1", { title: changed(i) }, String(token)]),
  );
  const chat = await chatOf(page);
  const begun = await send(
    page,
    texts.map((): Call => ["POST", chat, { message: "help" }]),
  );
  await send(
    page,
    begun.map(
      ({ conversation_id: id }, i): Call => ["PATCH", `/api/conversations/${id}`, { title: texts[i] }],
    ),
  );
  const [first] = begun;
  const conversation_id = Number(first?.conversation_id);
  await send(
    page,
    texts.map((message): Call => ["POST", chat, { conversation_id, message }]),
  );
  return conversation_id;
}

/** Nothing of it came to life, and the page is no wider than its window. What it ran or loaded the harness sees. */
async function harmless(page: Page, screen: string): Promise<void> {
  expect(await page.locator(".trap").count(), screen).toBe(0);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wider, `${screen} is wider than its window`).toBeLessThanOrEqual(0);
}

/** Whether each of them stands there, letter for letter. */
async function allShown(page: Page, texts: Texts, selector: string): Promise<void> {
  const shown = async () => {
    const found = await page.locator(selector).allTextContents();
    return texts.filter((text) => !found.some((shown) => shown.includes(text)));
  };
  await expect.poll(shown, { message: selector }).toEqual([]);
}

async function lookAtLists(page: Page, texts: Texts): Promise<void> {
  const lists: [address: string, ...selectors: string[]][] = [
    ["/all", ".row-title", ".row-description", ".mark-text", ".nav .nav-text"],
    ["/completed", ".row-title", ".row-description"],
    ["/trash", ".row-title", ".mark-text"],
    [`/label/${LABEL}`, ".row-title"],
    ["/settings", ".token-text strong"],
  ];
  for (const [address, ...selectors] of lists) {
    await page.goto(address);
    for (const selector of selectors) await allShown(page, texts, selector);
    await harmless(page, address);
  }
  expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe(texts[1]);
  await page.getByRole("button", { name: "Revoke", exact: false }).first().click();
  await page.getByRole("dialog").waitFor();
  await harmless(page, "revoking a token");
}

async function lookAtTalk(page: Page, texts: Texts, conversation: number): Promise<void> {
  await page.goto(`/c/${conversation}`);
  await allShown(page, texts, ".turn-user .bubble");
  await harmless(page, "conversation");
  await say(page, "show all tasks");
  await page.locator(".turn-assistant .bubble", { hasText: /\d+ open/ }).waitFor();
  await say(page, "delete all tasks");
  const plan = page.getByRole("region", { name: "Plan" });
  await plan.waitFor();
  await allShown(page, texts, ".question-title");
  await harmless(page, "plan");
  await plan.getByRole("button", { name: "Reject" }).click();
  await plan.waitFor({ state: "detached" });
}

async function lookAtOneTask(page: Page, texts: Texts): Promise<void> {
  await page.goto("/all");
  const first = page.locator('[data-task="1"]');
  await first.locator(".row-title").click();
  await first.locator("summary", { hasText: "History" }).click();
  for (const shown of [10, 20].filter((shown) => shown <= texts.length)) {
    await expect.poll(() => page.locator(".history-entry").count()).toBe(shown);
    await first.getByRole("button", { name: "Show older" }).click();
  }
  await allShown(page, texts, ".history-detail");
  await allShown(page, texts, ".history-who");
  await harmless(page, "editor and history");
  await first.getByRole("button", { name: "Cancel" }).click();
  const second = page.locator('[data-task="2"]');
  await second.focus();
  await page.keyboard.press("t");
  await page.getByRole("dialog").waitFor();
  await harmless(page, "reschedule");
  await page.keyboard.press("Escape");
  await second.locator(".check").click();
  await page.locator(".receipt", { hasText: texts[1] ?? "" }).waitFor();
  await harmless(page, "receipt");
}

/** Addresses are text too, also those of nothing, of the API's errors and of its documentation. */
async function lookAtAddresses(page: Page): Promise<void> {
  for (const text of PAYLOADS.filter((_, index) => index % 4 === 0)) {
    await page.goto(`/label/${encodeURIComponent(text)}`);
    await page.getByText(`Nothing is tagged #${text}`).waitFor();
    await harmless(page, `label ${text}`);
  }
  const [script = ""] = PAYLOADS;
  const problem = encodeURIComponent(script);
  for (const address of [
    `/${problem}?${problem}#${problem}`,
    `/api/tasks?q=${problem}`,
    `/api/trash?${problem}`,
  ]) {
    await page.goto(address);
    await harmless(page, address);
  }
  await page.goto("/docs/?url=//trap.example/i.json&configUrl=//trap.example/j.json");
  await page.getByText("/api/tasks", { exact: true }).first().waitFor();
  await harmless(page, "docs");
}

async function lookAtEverything(page: Page, texts: Texts): Promise<void> {
  const conversation = await fillEveryField(page, texts);
  await lookAtLists(page, texts);
  await lookAtTalk(page, texts, conversation);
  await lookAtOneTask(page, texts);
}

test("what was written is text on every screen", { timeout: MANY_SCREENS }, () =>
  home(async ({ page }) => {
    await lookAtEverything(page, PAYLOADS);
    await lookAtAddresses(page);
  }),
);

test("what was written is text on a phone, also without the policy", { timeout: MANY_SCREENS }, () =>
  home(
    ({ page }) =>
      lookAtEverything(
        page,
        PAYLOADS.filter((_, index) => index % 3 === 1),
      ),
    PHONE,
  ),
);

test("no label is markup", () =>
  home(async ({ page }) => {
    const markup = PAYLOADS.filter((text) => /[<>"'&{}[\]]/.test(text));
    const statuses = await page.evaluate(async (texts) => {
      const headers = { "Content-Type": "application/json" };
      const made = texts.map((text) =>
        fetch("/api/tasks", {
          method: "POST",
          headers,
          body: JSON.stringify({ title: "x", labels: [text] }),
        }),
      );
      return (await Promise.all(made)).map((answer) => answer.status);
    }, markup);
    expect(statuses).toEqual(markup.map(() => 422));
  }));

test("what a model writes is text, and what it does is what it may", () =>
  home(async ({ page }) => {
    await say(page, "hmm, that booby trap again");
    const told = thread(page).locator(".turn-assistant");
    await told.getByText("![](//trap.example/k.png)").waitFor();
    await thread(page).getByText("Answered by scripted").waitFor();
    await harmless(page, "a model's reply");
    for (const step of await told.locator("summary").all()) await step.click();
    await told.getByText("<img class=trap src=//trap.example/m.png>").first().waitFor();
    await harmless(page, "a model's steps");
    await page.reload();
    await told.getByText("![](//trap.example/k.png)").waitFor();
    await harmless(page, "a model's reply, read again");
  }, withModel()));

test("were it taken for markup, the policy would keep it from running and from loading", () =>
  visit(async ({ page: door, origin }) => {
    // A page of its own: the complaints of the policy are what this is about.
    const page = await door.context().newPage();
    const came: string[] = [];
    page.on("dialog", (dialog) => {
      came.push(dialog.message());
      void dialog.dismiss();
    });
    await page.route(/trap\.example/, (route) => {
      came.push(route.request().url());
      return route.abort();
    });
    let complaints = 0;
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) complaints += 1;
    });
    await page.goto(origin);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    // A policy cannot keep a page from being left.
    const markup = PAYLOADS.filter((text) => !text.startsWith("<meta"));
    await page.evaluate((texts) => {
      for (const text of texts) document.body.append(document.createRange().createContextualFragment(text));
      for (const trap of document.querySelectorAll<HTMLElement>("a.trap, form.trap button")) trap.click();
    }, markup);
    await expect.poll(() => complaints).toBeGreaterThan(10);
    expect(await page.locator(".trap").count()).toBeGreaterThan(10);
    expect(came).toEqual([]);
  }));
