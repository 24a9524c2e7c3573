/** The line while an answer is on its way: nothing that was typed is lost, and nothing answers what was not seen yet. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe, overflow } from "./axe";
import { isNotKept } from "./device";
import { composer, home, receipt, row, say, seed, shows, thread, withModel } from "./harness";

const queue = (page: Page) =>
  page.getByRole("list", { name: "Sent after this answer" }).getByRole("listitem");

/** Holds what is said back on its way to the server, until told to let go. */
async function hold(page: Page): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  await page.route("**/chat", async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

test("what is said while an answer is on its way follows it, in its order, unless it is taken back", () =>
  home(
    async ({ page }) => {
      await seed(page, { title: "Call mom" });
      const letGo = await hold(page);
      await say(page, "what is open?");
      for (const text of ["buy bread", "buy stamps", "buy milk"]) await say(page, text);
      await expect.poll(() => queue(page).count()).toBe(3);
      expect(await axe(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await page.getByRole("button", { name: "Take back: buy stamps" }).tap();
      expect(await composer(page).inputValue()).toBe("buy stamps");
      letGo();
      await row(page, "Buy milk").waitFor();
      const said = thread(page).locator(".turn-user .bubble");
      expect(await said.allInnerTexts()).toEqual(["what is open?", "buy bread", "buy milk"]);
      expect(await composer(page).inputValue()).toBe("buy stamps");
      expect(await queue(page).count()).toBe(0);
    },
    { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true },
  ));

test("where the answer is a question, or was stopped, it comes back into the line, and stays there", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Call mom" }, { title: "Water the plants" });
    const letGo = await hold(page);
    await say(page, "delete all tasks");
    await say(page, "yes");
    await expect.poll(() => queue(page).allInnerTexts()).toEqual([expect.stringContaining("yes")]);
    letGo();
    await thread(page).getByRole("region", { name: "Plan" }).waitFor();
    await receipt(page).getByText("look at the answer first").waitFor();
    expect(await composer(page).inputValue()).toBe("yes");
    await shows(page, ["Call mom", "Water the plants"]);
    // Now it was seen, and said again.
    await composer(page).press("Enter");
    await shows(page, []);

    await composer(page).fill("");
    await say(page, "hmm, that long story again");
    await thread(page).getByText("This one is long.").waitFor();
    await say(page, "buy bread");
    await expect.poll(() => queue(page).count()).toBe(1);
    await page.getByRole("button", { name: "Stop" }).click();
    await thread(page).getByRole("button", { name: "Try again" }).waitFor();
    await expect.poll(() => composer(page).inputValue()).toBe("buy bread");
    expect(await row(page, "Buy bread").count()).toBe(0);

    // It outlives the page, but not the person.
    await page.reload();
    await expect.poll(() => composer(page).inputValue()).toBe("buy bread");
    await page.getByRole("link", { name: /^Settings/ }).click();
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.getByRole("heading", { name: "Welcome back" }).waitFor();
    await isNotKept(page, "buy bread");
  }, withModel()));
