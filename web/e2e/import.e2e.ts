/** Tasks from a file: looked at, imported, taken back. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe, overflow } from "./axe";
import { home, receipt, row, shows } from "./harness";

const panel = (page: Page) => page.locator(".panel", { has: page.getByRole("heading", { name: "Import" }) });

const CSV = `TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG
task,Prune the roses @garden,,1,1,Ada (1),,every monday,en
task,<b>Call</b> the plumber,,4,1,Ada (1),,tomorrow,en
task,Paint the fence,,4,1,Ada (1),,when the cows come home,en
`;

const choose = (page: Page, name: string, text: string) =>
  panel(page)
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

for (const [name, way] of [
  ["desktop", { colorScheme: "light" }],
  ["phone, dark", { colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true }],
] as const) {
  test(`a file is looked at, imported and taken back (${name})`, () =>
    home(async ({ page }) => {
      await page.goto("/settings");
      await choose(page, "garden.csv", CSV);
      await panel(page).getByText("2 tasks from Todoist.").waitFor();
      const rows = panel(page).getByRole("list", { name: "The first tasks" }).getByRole("listitem");
      expect(await rows.allInnerTexts()).toEqual([
        expect.stringMatching(/^Prune the roses\s+.*repeats · high · #garden$/),
        expect.stringMatching(/^<b>Call<\/b> the plumber\s+Tomorrow$/),
      ]);
      await panel(page).getByText("Row 4: The date “when the cows come home” is not understood.").waitFor();
      expect(await axe(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      const wide = await panel(page).evaluate((node) => node.scrollWidth - node.clientWidth);
      expect(wide, "nothing reaches out of the panel").toBeLessThanOrEqual(0);
      for (const button of await panel(page).getByRole("button").all()) {
        expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      }
      await panel(page).getByRole("button", { name: "Import 2 tasks and leave out the rest" }).click();
      await panel(page).getByText("2 tasks imported.").waitFor();
      await receipt(page).getByText("Imported “Prune the roses” and “<b>Call</b> the plumber”").waitFor();
      expect(await axe(page), "imported").toEqual([]);

      await choose(page, "garden.csv", CSV);
      await panel(page).getByText("0 tasks from Todoist; 2 already in your list.").waitFor();
      await panel(page).getByRole("button", { name: "Close" }).click();

      await receipt(page).getByRole("button", { name: "Undo" }).click();
      await receipt(page).getByText("removed again").waitFor();
      await receipt(page).getByRole("button", { name: "Redo" }).click();
      await receipt(page).getByText("Done again").waitFor();
      await page.goto("/all");
      await shows(page, ["<b>Call</b> the plumber", "Prune the roses"]);
    }, way));
}

test("a file that is dropped is read, and one that is none is refused in words", () =>
  home(async ({ page }) => {
    await page.goto("/settings");
    const drop = async (text: string, type = "text/markdown") => {
      const give = ([content = "", kind = ""]: string[]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], "list.md", { type: kind }));
        return transfer;
      };
      const data = await page.evaluateHandle(give, [text, type]);
      await panel(page).locator(".drop").dispatchEvent("drop", { dataTransfer: data });
    };
    await drop("\u0089PNG", "image/png");
    await panel(page).getByRole("alert").filter({ hasText: "There are no tasks in such a file" }).waitFor();
    await drop('{"tasks": "none"}');
    await panel(page).getByRole("alert").filter({ hasText: "This is no export of Saydo" }).waitFor();
    await drop("- [x] post the parcel\n- ring Oslo tomorrow\n");
    await panel(page).getByText("2 tasks from a text.").waitFor();
    await panel(page).getByRole("button", { name: "Cancel" }).click();
    await panel(page).getByText("Choose a file").waitFor();
    await page.goto("/all");
    expect(await row(page, "ring Oslo").count()).toBe(0);
  }));

test("how much of a file has been sent is told, then what the server does with it", () =>
  home(async ({ page }) => {
    await page.goto("/settings");
    // A slow way up, as phones have it: a second for this file.
    const line = await page.context().newCDPSession(page);
    await line.send("Network.enable");
    const slowly = (bytes: number) =>
      line.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: bytes,
      });
    await slowly(150_000);
    const tasks = Array.from(
      { length: 3000 },
      (_, at) => `- Carry box number ${at} up the stairs, slowly, and rest`,
    );
    const reads = panel(page).getByText("Reading boxes.md…");
    const parts: number[] = [];
    await choose(page, "boxes.md", tasks.join("\n"));
    const bar = panel(page).getByRole("progressbar");
    await bar.waitFor();
    for (let part = 0; part < 1; ) {
      part = Number((await bar.getAttribute("value").catch(() => null)) ?? 1);
      if (part !== parts.at(-1)) parts.push(part);
    }
    expect(parts.filter((part) => part > 0 && part < 1).length).toBeGreaterThan(1);
    expect([...parts].sort((a, b) => a - b)).toEqual(parts);
    await reads.or(panel(page).getByText("3,000 tasks from a text.")).first().waitFor();
    await slowly(-1);
    await panel(page).getByRole("button", { name: "Import 3,000 tasks" }).click();
    await panel(page).getByText("3,000 tasks imported.").waitFor();
    await bar.waitFor({ state: "detached" });
  }));
