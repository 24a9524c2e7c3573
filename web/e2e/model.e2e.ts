import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { composer, home, receipt, row, say, seed, shows, thread, withModel } from "./harness";
import { layWire } from "./wire";

const newest = (page: Page) => thread(page).locator(".turn-assistant, .turn-problem").last();
const bubble = (page: Page) => newest(page).locator(".bubble:not(.bubble-thinking)");
const stop = (page: Page) => page.getByRole("button", { name: "Stop" });
const again = (page: Page) => thread(page).getByRole("button", { name: "Try again" });

test("a story is told sentence by sentence, then says who told it", () =>
  home(async ({ page }) => {
    await say(page, "hmm, that slow story again");
    await bubble(page).getByText("Once there was a list.").waitFor();
    const early = await bubble(page).innerText();
    expect(early).not.toContain("cake");
    expect(await newest(page).getAttribute("aria-busy")).toBe("true");
    expect(await page.locator("#spoken").innerText(), "no word before its time").toBe("");
    await bubble(page).getByText("It grew a little every day.").waitFor();
    await newest(page).getByText("Answered by scripted").waitFor();
    expect(await bubble(page).innerText()).toMatch(/^Once there was a list\. .+ all about cake\.$/);
    expect(await newest(page).getAttribute("aria-busy")).toBeNull();
    expect(await page.locator("#spoken").textContent()).toContain("all about cake.");
    expect(await stop(page).count()).toBe(0);
  }, withModel()));

test("what a model does is told step by step, with the details folded", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy lemonade" });
    await say(page, "hmm, that picnic again");
    await bubble(page).getByText("Added “Pack the blanket”").waitFor();
    const steps = newest(page).getByRole("list", { name: "Steps" });
    expect(await steps.locator(".step-line").allInnerTexts()).toEqual([
      "Looked at 1 task",
      "Added “Pack the blanket”",
      "Could not complete task 4711",
    ]);
    expect(await steps.getByText("priority").isVisible()).toBe(false);
    await steps.getByText("Added “Pack the blanket”").click();
    expect(await steps.locator("details[open] dl").innerText()).toMatch(/priority\s*low/);
    await row(page, "Pack the blanket").waitFor();
    await newest(page).getByRole("button", { name: "Undo" }).click();
    await shows(page, ["Buy lemonade"]);
  }, withModel()));

test("a simple change by the model needs no thread, just its receipt", () =>
  home(async ({ page }) => {
    await say(page, "hmm, that astronaut again");
    await receipt(page).getByText("Added “Buy a telescope”").waitFor();
    await row(page, "Buy a telescope").waitFor();
    expect(await thread(page).count()).toBe(0);
  }, withModel()));

for (const how of ["button", "key"] as const) {
  test(`an answer is stopped by its ${how} and tried again`, () =>
    home(async ({ page }) => {
      await say(page, "hmm, that long story again");
      await bubble(page).getByText("This one is long.").waitFor();
      if (how === "button") await stop(page).click();
      else await page.keyboard.press("Escape");
      await bubble(page).getByText("Stopped. Nothing was changed.").waitFor();
      expect(await bubble(page).innerText()).not.toContain("eighth");
      await stop(page).waitFor({ state: "detached" });

      await again(page).click();
      await expect.poll(() => thread(page).locator(".turn-user").count()).toBe(2);
      await stop(page).waitFor();
      expect(await again(page).count()).toBe(0);
      await page.keyboard.press("Escape");
      await expect.poll(() => again(page).count()).toBe(1);
    }, withModel()));
}

test("a model that says nothing is said to be in trouble, and can be tried again", () =>
  home(async ({ page }) => {
    await say(page, "hmm, that hiccup again");
    await bubble(page).getByText("I'm having trouble processing your request right now.").waitFor();
    await again(page).click();
    await expect.poll(() => thread(page).locator(".turn-user").count()).toBe(2);
    await expect.poll(() => again(page).count()).toBe(1);
    // Also for who comes back to it.
    await page.reload();
    await expect.poll(() => again(page).count()).toBe(1);
  }, withModel()));

test("a broken connection loses nothing of an answer", async () => {
  const wire = await layWire(inject("modelOrigin"));
  try {
    await home(
      async ({ page }) => {
        await say(page, "hmm, that long story again");
        await bubble(page).getByText("It has a hundred chapters.").waitFor();
        wire.cut();
        await page.getByText("Offline – as of").waitFor();
        wire.mend();
        await bubble(page).getByText("it rains again.").waitFor();
        await newest(page).getByText("Answered by scripted").waitFor();
        const told = await bubble(page).innerText();
        expect(told.match(/chapters/g)?.length).toBe(1);
        expect(await thread(page).locator(".turn").count()).toBe(2);
        await expect.poll(() => page.getByText("Offline – as of").count()).toBe(0);
      },
      { origin: wire.origin },
    );
  } finally {
    await wire.close();
  }
});

for (const where of ["its conversation", "the front page"] as const) {
  test(`a tab opened again at ${where} goes on with the answer`, () =>
    home(async ({ page }) => {
      await say(page, "hmm, that long story again");
      await bubble(page).getByText("This one is long.").waitFor();
      await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/c\/\d+$/);
      if (where === "its conversation") await page.reload();
      else await page.goto("/");
      await bubble(page).getByText("This one is long.").waitFor();
      expect(await newest(page).getAttribute("aria-busy")).toBe("true");
      await stop(page).waitFor();
      await newest(page).getByText("Answered by scripted").waitFor();
      expect(await thread(page).locator(".turn").count()).toBe(2);
    }, withModel()));
}

test("who leaves a conversation while it answers finds the answer there", () =>
  home(async ({ page }) => {
    await say(page, "hmm, that slow story again");
    await bubble(page).getByText("Once there was a list.").waitFor();
    await thread(page).getByRole("button", { name: "New conversation" }).click();
    await thread(page).getByText("A new conversation").waitFor();
    await say(page, "buy milk");
    await row(page, "Buy milk").waitFor();
    await thread(page).locator(".bubble", { hasText: "Added “Buy milk”" }).waitFor();
    const nav = page.getByRole("navigation", { name: "Main" });
    await nav.getByRole("link", { name: /slow story/ }).click();
    await bubble(page).getByText("all about cake.").waitFor();
    expect(await thread(page).locator(".turn").count()).toBe(2);
  }, withModel()));

test("reading back is not disturbed by what comes", () =>
  home(async ({ page }) => {
    for (let count = 0; count < 8; count += 1) {
      await say(page, "help");
      const answered = thread(page).locator(".turn-assistant .who");
      await expect.poll(() => answered.count()).toBe(count + 1);
    }
    await say(page, "hmm, that slow story again");
    await bubble(page).getByText("Once there was a list.").waitFor();
    const scroll = thread(page).getByRole("log");
    await scroll.evaluate((box) => box.scrollTo(0, 0));
    await bubble(page).getByText("all about cake.").waitFor();
    expect(await scroll.evaluate((box) => box.scrollTop)).toBe(0);
    await composer(page).fill("help");
    await composer(page).press("Enter");
    await expect
      .poll(() => scroll.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight))
      .toBeLessThan(2);
  }, withModel()));
