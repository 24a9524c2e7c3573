import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { HEARD } from "./ear";
import { composer, home, receipt, row, withModel } from "./harness";

const speak = (page: Page) => page.getByRole("button", { name: "Speak" });

/** A browser without speech recognition, as most are. */
async function withoutRecognition(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "SpeechRecognition");
    Reflect.deleteProperty(globalThis, "webkitSpeechRecognition");
  });
  await page.reload();
  await composer(page).waitFor();
}

/** A browser that hears what the script says, and then ends with an error or without. */
async function withRecognition(page: Page, heard: string[], error: string | null): Promise<void> {
  await page.addInitScript(
    ([words, wrong]) => {
      class Scripted {
        onresult?: (event: { results: { transcript: string }[][] }) => void;
        onerror?: (event: { error: string }) => void;
        onend?: () => void;
        start() {
          for (const transcript of words) this.onresult?.({ results: [[{ transcript }]] });
          if (wrong) {
            this.onerror?.({ error: wrong });
            this.onend?.();
          }
        }
        stop() {
          this.onend?.();
        }
      }
      Object.assign(globalThis, { SpeechRecognition: Scripted, webkitSpeechRecognition: Scripted });
    },
    [heard, error] as const,
  );
  await page.reload();
  await composer(page).waitFor();
}

test("where the browser hears, its words grow in the line and are sent by Enter", () =>
  home(async ({ page }) => {
    await withRecognition(page, ["call", "call mom tomorrow"], null);
    await composer(page).fill("please");
    await speak(page).click();
    await page.getByRole("button", { name: "Stop listening" }).waitFor();
    expect(await composer(page).inputValue()).toBe("please call mom tomorrow");
    await page.getByRole("button", { name: "Stop listening" }).click();
    await speak(page).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("composer");
    await page.keyboard.press("Enter");
    await row(page, "Call mom").waitFor();
  }));

test("a microphone that is not allowed says so", () =>
  home(async ({ page }) => {
    await withRecognition(page, [], "not-allowed");
    await speak(page).click();
    await receipt(page).getByText("may not use the microphone").waitFor();
    await speak(page).waitFor();
  }));

test("where the browser can't, the server's speech model writes down a recording", () =>
  home(async ({ page }) => {
    await withoutRecognition(page);
    await speak(page).click();
    await page.getByPlaceholder("Listening…").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => composer(page).inputValue()).toBe(HEARD);
    await page.keyboard.press("Enter");
    await row(page, "Buy oat milk").waitFor();
  }, withModel()));

test("a browser whose recognition does not work falls back to the server", () =>
  home(async ({ page }) => {
    await withRecognition(page, [], "network");
    await speak(page).click();
    await page.getByPlaceholder("Listening…").waitFor();
    await page.getByRole("button", { name: "Stop listening" }).click();
    await expect.poll(() => composer(page).inputValue()).toBe(HEARD);
  }, withModel()));

test("where nobody hears there is no button", () =>
  home(async ({ page }) => {
    const asked = page.waitForResponse("**/api/voice");
    await withoutRecognition(page);
    expect(await (await asked).json()).toMatchObject({ transcribe: false });
    await page.getByRole("button", { name: "Send" }).waitFor();
    expect(await speak(page).count()).toBe(0);
  }));
