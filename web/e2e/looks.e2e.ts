import { expect, test } from "vitest";
import { axe, overflow } from "./axe";
import { composer, home, row, say, seed, thread, visit, withModel } from "./harness";

const TASKS = [
  { title: "Send the invoice", due_date: "2026-03-10", priority: "high", labels: ["work"] },
  { title: "Call mom", due_date: "2026-03-12T15:00:00+01:00", priority: "low", labels: ["family"] },
  {
    title: "Water the plants",
    due_date: "2026-03-11",
    recurrence: "every sunday",
    description: "The big ones too",
  },
];

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing at the door (${colorScheme})`, () =>
    visit(
      async ({ page }) => {
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByText("Enter your e-mail address.").waitFor();
        expect(await axe(page)).toEqual([]);
        await page.getByRole("button", { name: "Create an account" }).click();
        expect(await axe(page)).toEqual([]);
      },
      { colorScheme },
    ));

  test(`axe finds nothing on any screen (${colorScheme})`, () =>
    home(
      async ({ page }) => {
        expect(await axe(page), "empty").toEqual([]);
        await seed(page, ...TASKS);
        await composer(page).fill("dentist friday 3pm #health p1 every week");
        await page.locator(".chip").first().waitFor();
        expect(await axe(page), "list and chips").toEqual([]);
        await row(page, "Call mom").hover();
        await row(page, "Call mom").getByRole("button", { name: "Edit" }).click();
        expect(await axe(page), "editor").toEqual([]);
        await page.keyboard.press("Escape");
        await expect.poll(() => page.locator(".row:focus").count()).toBe(1);
        await page.keyboard.press("t");
        await page.getByRole("dialog").waitFor();
        expect(await axe(page), "reschedule").toEqual([]);
        await page.keyboard.press("Escape");
        await say(page, "delete all tasks");
        await page.getByRole("region", { name: "Plan" }).waitFor();
        expect(await axe(page), "plan").toEqual([]);
        await page.goto("/settings");
        await page.getByLabel("Time zone").waitFor();
        expect(await axe(page), "settings").toEqual([]);
        await page.goto("/trash");
        await page.getByText("The trash is empty").waitFor();
        expect(await axe(page), "trash").toEqual([]);
      },
      { colorScheme },
    ));
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing while a model answers, or where agents are connected (${colorScheme})`, () =>
    home(async ({ page }) => {
      await say(page, "hmm, that picnic again");
      await thread(page).getByText("Could not complete").click();
      expect(await axe(page), "steps").toEqual([]);
      await say(page, "hmm, that long story again");
      await thread(page).getByText("This one is long.").waitFor();
      await page.getByRole("button", { name: "Stop" }).waitFor();
      expect(await axe(page), "streaming").toEqual([]);
      await page.keyboard.press("Escape");
      await thread(page).getByRole("button", { name: "Try again" }).waitFor();
      expect(await axe(page), "stopped").toEqual([]);
      await page.goto("/settings");
      await page.getByText("Used today").waitFor();
      await page.getByRole("button", { name: "New token" }).click();
      expect(await axe(page), "new token").toEqual([]);
      await page.getByRole("dialog").getByLabel("Name").fill("Kitchen tablet");
      await page.getByRole("button", { name: "Make token" }).click();
      await page.getByRole("region", { name: "MCP settings" }).waitFor();
      expect(await axe(page), "token").toEqual([]);
      await page.getByRole("button", { name: "I have it" }).click();
      await page.getByRole("button", { name: "Revoke Kitchen tablet" }).click();
      expect(await axe(page), "revoke").toEqual([]);
      await page.keyboard.press("Escape");
      expect(await axe(page), "settings").toEqual([]);
    }, withModel({ colorScheme })));
}

test("360 pixels are enough for a model’s answer and for agents", () =>
  home(
    async ({ page }) => {
      await say(page, "hmm, that picnic again");
      await thread(page).getByText("Added “Pack the blanket”").first().tap();
      expect(await overflow(page)).toBe(0);
      await page.goto("/settings");
      await page.getByText("Used today").waitFor();
      await page.getByRole("button", { name: "New token" }).tap();
      await page.getByRole("dialog").getByLabel("Name").fill("n".repeat(100));
      await page.getByRole("button", { name: "Make token" }).tap();
      await page.getByRole("region", { name: "MCP settings" }).waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await axe(page)).toEqual([]);
      await page.getByRole("button", { name: "I have it" }).tap();
      await page.getByText("Never used").waitFor();
      expect(await overflow(page)).toBe(0);
    },
    withModel({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }),
  ));

test("dark follows the system", () =>
  visit(
    async ({ page }) => {
      const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      expect(paper).toBe("rgb(22, 21, 19)");
    },
    { colorScheme: "dark" },
  ));

test("360 pixels lose nothing", () =>
  home(
    async ({ page }) => {
      expect(await overflow(page)).toBe(0);
      await seed(page, ...TASKS);
      await seed(page, { title: `Buy ${"x".repeat(120)}`, labels: ["y".repeat(50)] });
      expect(await overflow(page)).toBe(0);
      await composer(page).fill("dentist friday 3pm #health");
      await page.locator(".chip").first().waitFor();
      expect(await overflow(page)).toBe(0);
      await composer(page).fill("");

      await page.getByRole("button", { name: "Call mom", exact: true }).tap();
      await page.getByLabel("Title").waitFor();
      expect(await overflow(page)).toBe(0);
      await page.getByRole("button", { name: "Cancel" }).tap();

      await say(page, "what's pending?");
      await thread(page).locator(".bubble", { hasText: "what's pending?" }).waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await axe(page)).toEqual([]);
      await page.getByRole("button", { name: "Close conversation" }).tap();

      await row(page, "Call mom").dispatchEvent("contextmenu");
      await row(page, "Water the plants").locator(".row-body").tap();
      await page.getByRole("region", { name: "Selected tasks" }).getByText("2 selected").waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await axe(page)).toEqual([]);
      await page.getByRole("button", { name: "Select none" }).tap();

      await page.locator(".bar").getByRole("button", { name: "Search" }).tap();
      await page.keyboard.type("mom");
      await page.getByRole("option", { name: "Call mom" }).waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await axe(page)).toEqual([]);
      await page.keyboard.press("Escape");

      await page.getByRole("button", { name: "Menu" }).tap();
      const today = page.getByRole("link", { name: /^Today/ });
      await today.waitFor();
      expect(await axe(page)).toEqual([]);
      await today.tap();
      await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
      await page.goto("/settings");
      await page.getByLabel("Time zone").waitFor();
      expect(await overflow(page)).toBe(0);
    },
    { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  ));

test("a hostile title is just text", () =>
  home(async ({ page }) => {
    const hostile = [
      `<img src=x onerror="alert(1)">`,
      `<script>alert(2)</script>`,
      `"><svg/onload=alert(3)>`,
      `javascript:alert(4)`,
      `{{constructor.constructor('alert(5)')()}}`,
    ];
    await seed(page, ...hostile.map((title) => ({ title, description: title })));
    await say(page, "show my tasks");
    for (const title of hostile) await thread(page).getByText(title).first().waitFor();
    await say(page, "delete all tasks");
    const plan = page.getByRole("region", { name: "Plan" });
    await plan.waitFor();
    for (const title of hostile) await plan.getByText(title).first().waitFor();
    expect(await page.locator("#app img, #app script, #app svg[onload]").count()).toBe(0);
  }));
