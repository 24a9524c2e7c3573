/** Search, and going anywhere by typing. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe } from "./axe";
import { composer, home, row, seed } from "./harness";

const palette = (page: Page) => page.getByRole("dialog", { name: "Search" });
const chosen = (page: Page) => palette(page).getByRole("option", { selected: true });

/** More tasks than are drawn at once. */
async function moveHouse(page: Page): Promise<void> {
  const text = Array.from({ length: 400 }, (_, at) => `- Carry box ${at} to the café`).join("\n");
  const made = await page.evaluate(
    async (body) => (await fetch("/api/import", { method: "POST", body })).status,
    text,
  );
  expect(made).toBe(200);
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await page.getByRole("link", { name: "All tasks 401" }).waitFor();
}

test("a task is found by its words, however far down it is; so are places and labels, and the rest is said", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk", labels: ["errands"] });
    await moveHouse(page);
    const type = async (words: string) => {
      await page.keyboard.press("Control+k");
      await palette(page).waitFor();
      await page.keyboard.type(words);
    };
    await type("CAFE box 387");
    await expect.poll(() => chosen(page).innerText()).toContain("Carry box 387 to the café");
    expect(await axe(page)).toEqual([]);
    await page.context().setOffline(true);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByLabel("Title", { exact: true }).inputValue()).toContain("387");
    await page.context().setOffline(false);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Show the \d+ before$/ }).click();
    await row(page, "Buy milk").waitFor();

    await type("upc");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Upcoming" }).waitFor();
    await type("#err");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "#errands" }).waitFor();
    await type("dentist friday 3pm");
    await page.keyboard.press("Enter");
    await page.locator("#composer:focus").waitFor();
    expect(await composer(page).inputValue()).toBe("dentist friday 3pm");
  }));
