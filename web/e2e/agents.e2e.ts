import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe, overflow } from "./axe";
import { home, receipt, row, say, thread, withModel } from "./harness";

const agents = (page: Page) =>
  page.locator(".panel", { has: page.getByRole("heading", { name: "Connected agents" }) });
const answers = (page: Page) =>
  page.locator(".panel", { has: page.getByRole("heading", { name: "Answers" }) });

async function makeToken(page: Page, name: string, scope: string, life: string): Promise<string> {
  await agents(page).getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog", { name: "New token" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("radio", { name: scope }).check();
  await dialog.getByLabel("Ends after").selectOption({ label: life });
  await dialog.getByRole("button", { name: "Make token" }).click();
  return page.getByRole("dialog").getByLabel("Token", { exact: true }).inputValue();
}

/** What a program gets that has nothing but the token. */
const status = (origin: string, token: string, method = "GET", body?: string) =>
  fetch(`${origin}/api/tasks`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body ? { body } : {}),
  }).then((answer) => answer.status);

test("a token is shown once, works, shows its last use, and is revoked", () =>
  home(async ({ page, origin }) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/settings");
    expect(await agents(page).getByRole("textbox", { name: "MCP address" }).inputValue()).toBe(
      `${origin}/mcp`,
    );
    const token = await makeToken(page, "Kitchen tablet", "Read and write", "1 year");
    expect(token).toMatch(/^saydo_pat_[\w-]{43}$/);
    await page.getByRole("button", { name: "Copy the token" }).click();
    await page.getByRole("status").filter({ hasText: "Copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
    const settings = JSON.parse(await page.getByRole("region", { name: "MCP settings" }).innerText());
    expect(settings.mcpServers.saydo).toEqual({
      type: "http",
      url: `${origin}/mcp`,
      headers: { Authorization: `Bearer ${token}` },
    });
    await page.getByRole("button", { name: "I have it" }).click();
    const line = agents(page).getByRole("listitem").filter({ hasText: "Kitchen tablet" });
    expect(await line.locator("span").last().innerText()).toMatch(
      /^Read and write · Never used · ends Thu,? 11 Mar 2027$/,
    );
    expect(await page.getByText(token).count()).toBe(0);

    expect(await status(origin, token, "POST", '{"title":"Feed the cat"}')).toBe(201);
    await page.reload();
    await line.getByText("Last used Today").waitFor();
    await line.getByRole("button", { name: "Revoke Kitchen tablet" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    // Locked out, but what it did today can still be undone.
    await line.getByText("Revoked · 1 change today").waitFor();
    await line.getByRole("button", { name: "Revoke" }).waitFor({ state: "detached" });
    expect(await status(origin, token)).toBe(401);
    await page.goto("/all");
    await row(page, "Feed the cat").waitFor();
  }));

for (const [name, way] of [
  ["desktop", { colorScheme: "light" }],
  ["phone, dark", { colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true }],
] as const) {
  test(`what a program did today is undone at once, and brought back (${name})`, () =>
    home(async ({ page, origin }) => {
      await page.goto("/settings");
      const token = await makeToken(page, "Robot", "Read and write", "1 year");
      await page.getByRole("button", { name: "I have it" }).click();
      for (const title of ["Oil the joints", "Sharpen the saw"]) {
        expect(await status(origin, token, "POST", JSON.stringify({ title }))).toBe(201);
      }
      await page.reload();
      const line = agents(page).getByRole("listitem").filter({ hasText: "Robot" });
      await line.getByText("2 changes today").waitFor();
      const button = line.getByRole("button", { name: "Undo everything Robot did today" });
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      await button.click();
      const dialog = page.getByRole("dialog", { name: "Undo everything “Robot” did today?" });
      expect(await axe(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await dialog.getByRole("button", { name: "Undo 2 changes" }).click();
      await receipt(page).getByText("Undid what “Robot” did today: 2 changes.").waitFor();
      await button.waitFor({ state: "detached" });
      await receipt(page).getByRole("button", { name: "Undo" }).click();
      await receipt(page).getByRole("button", { name: "Redo" }).waitFor();

      await page.goto("/all");
      await row(page, "Oil the joints").waitFor();
      // Something of one's own is in the way.
      const changed = await page.evaluate(async () => {
        const list = await (await fetch("/api/tasks")).json();
        const saw = list.find((task: { title: string }) => task.title === "Sharpen the saw");
        const headers = { "Content-Type": "application/json" };
        const init = { method: "PATCH", headers, body: '{"priority":"high"}' };
        return (await fetch(`/api/tasks/${saw.id}`, init)).status;
      });
      expect(changed).toBe(200);
      await page.goto("/settings");
      await button.click();
      await dialog.getByRole("button", { name: "Undo 2 changes" }).click();
      await dialog.getByText("2 changes are left.").waitFor();
      await dialog.getByText("It stopped at: Added “Sharpen the saw”.").waitFor();
      expect(await axe(page), "stopped").toEqual([]);
      await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
      await line.getByText("2 changes today").waitFor();
    }, way));
}

test("a token that may only read does, made with the keyboard alone", () =>
  home(async ({ page, origin }) => {
    await page.goto("/settings");
    await agents(page).getByRole("button", { name: "New token" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("name");
    await page.keyboard.press("Enter");
    await page.getByText("Give it a name").waitFor();
    await page.keyboard.type("Dashboard");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const token = await page.getByRole("dialog").getByLabel("Token", { exact: true }).inputValue();
    await page.keyboard.press("Escape");
    await agents(page).getByText("Read only · Never used").waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain("New token");
    expect(await status(origin, token)).toBe(200);
    expect(await status(origin, token, "POST", '{"title":"No"}')).toBe(403);
  }));

test("the planner is chosen, and its use today is shown", () =>
  home(async ({ page }) => {
    await say(page, "hmm, that slow story again");
    await thread(page).getByText("Answered by scripted").waitFor();
    await page.goto("/settings");
    await answers(page).getByText("1 turn").waitFor();
    await answers(page)
      .getByText(/^110 of 1,000,000 tokens/)
      .waitFor();
    await answers(page).getByText("Model: scripted").waitFor();
    expect(await answers(page).getByRole("radio", { name: "Automatic" }).isChecked()).toBe(true);

    await answers(page).getByRole("radio", { name: "Offline" }).check();
    await answers(page).getByText("Nothing you say leaves this server.").waitFor();
    await say(page, "hmm, that slow story again");
    await thread(page).getByText("Answered by the offline engine").waitFor();
    await page.reload();
    await expect.poll(() => answers(page).getByRole("radio", { name: "Offline" }).isChecked()).toBe(true);

    await answers(page).getByRole("radio", { name: "Model" }).check();
    await answers(page).getByText("The language model answers everything.").waitFor();
    await say(page, "help");
    await thread(page).getByText("Answered by scripted").waitFor();
  }, withModel()));

test("without a model there is nothing to choose", () =>
  home(async ({ page }) => {
    await page.goto("/settings");
    await answers(page).getByText("no language model is set up on this server").waitFor();
    expect(await answers(page).getByRole("radio").count()).toBe(0);
  }));
