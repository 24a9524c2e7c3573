import { expect, test } from "vitest";
import { axe } from "./axe";
import { composer, home, receipt, row, seed, shows } from "./harness";

test("complete, reopen, delete and undo in the list", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk", due_date: "2026-03-12" });
    await page.getByRole("checkbox", { name: "Complete Buy milk" }).click();
    await receipt(page).getByText("Completed “Buy milk”.").waitFor();
    await page.clock.runFor(1_000);
    await shows(page, []);

    await page.getByRole("link", { name: "Completed" }).click();
    await shows(page, ["Buy milk"]);
    await page.getByRole("checkbox", { name: "Reopen Buy milk" }).click();
    await shows(page, []);

    await page.getByRole("link", { name: /^All tasks/ }).click();
    await row(page, "Buy milk").hover();
    await row(page, "Buy milk").getByRole("button", { name: "Delete" }).click();
    await shows(page, []);
    await page.getByRole("link", { name: "Trash" }).click();
    await shows(page, ["Buy milk"]);
    await receipt(page).getByRole("button", { name: "Undo" }).click();
    await shows(page, []);
    await page.getByRole("link", { name: /^All tasks/ }).click();
    await shows(page, ["Buy milk"]);
  }));

test("the trash gives back", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" });
    await row(page, "Buy milk").hover();
    await row(page, "Buy milk").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("link", { name: "Trash" }).click();
    await page.getByRole("button", { name: "Restore" }).click();
    await receipt(page).getByText("Put “Buy milk” back.").waitFor();
    await page.getByRole("link", { name: /^All tasks/ }).click();
    await shows(page, ["Buy milk"]);
  }));

test("editing in place: title, notes, due in words, labels, priority, repeat", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Dentist" });
    await page.getByRole("button", { name: "Dentist", exact: true }).click();
    const editor = page.getByRole("form", { name: "Edit Dentist" });
    await editor.getByLabel("Title").fill("Dentist, Dr. Åström");
    await editor.getByLabel("Notes").fill("Bring ID\nAsk about the night guard");
    await editor.getByLabel("Due").fill("friday 3pm");
    await editor.getByLabel("Repeat").fill("every 6 months");
    await editor.getByLabel("Labels").fill("#health");
    await editor.getByRole("radio", { name: "high" }).check();
    await editor.getByRole("button", { name: "Save" }).click();

    const changed = row(page, "Dentist, Dr. Åström");
    await changed.waitFor();
    expect(await changed.locator("time").getAttribute("datetime")).toBe("2026-03-13T15:00:00+01:00");
    expect(await changed.getByText("High").isVisible()).toBe(true);
    expect(await changed.getByRole("button", { name: "#health" }).isVisible()).toBe(true);
    await receipt(page).getByRole("button", { name: "Undo" }).click();
    await shows(page, ["Dentist"]);
  }));

test("a due that nobody understands says so beside the field and keeps what was typed", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Dentist" });
    await page.getByRole("button", { name: "Dentist", exact: true }).click();
    const editor = page.getByRole("form", { name: "Edit Dentist" });
    await editor.getByLabel("Due").fill("when pigs fly");
    await editor.getByRole("button", { name: "Save" }).click();
    await expect.poll(() => editor.getByLabel("Due").getAttribute("aria-invalid")).toBe("true");
    expect(await editor.getByLabel("Due").inputValue()).toBe("when pigs fly");
    await page.keyboard.press("Escape");
    await row(page, "Dentist").waitFor();
  }));

test("a task changed elsewhere is not overwritten unseen", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Dentist" });
    await page.getByRole("button", { name: "Dentist", exact: true }).click();
    const editor = page.getByRole("form", { name: "Edit Dentist" });
    await editor.getByLabel("Title").fill("Dentist at noon");
    const status = await page.evaluate(async () => {
      const body = JSON.stringify({ priority: "high" });
      const headers = { "Content-Type": "application/json" };
      return (await fetch("/api/tasks/1", { method: "PATCH", headers, body })).status;
    });
    expect(status).toBe(200);
    await page.getByText("was changed elsewhere").waitFor();
    const again = page.getByRole("form", { name: /^Edit/ });
    expect(await again.getByLabel("Title").inputValue()).toBe("Dentist at noon");
    await again.getByRole("button", { name: "Save" }).click();
    await row(page, "Dentist at noon").getByText("High").waitFor();
  }));

test("rescheduling by one click keeps the time of day", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Call mom", due_date: "2026-03-12T15:00:00+01:00" });
    await row(page, "Call mom").hover();
    await row(page, "Call mom").getByRole("button", { name: "Reschedule" }).click();
    await page.getByRole("button", { name: /^Next week/ }).click();
    await expect
      .poll(() => row(page, "Call mom").locator("time").getAttribute("datetime"))
      .toBe("2026-03-16T15:00:00+01:00");
  }));

test("labels, Today and Upcoming each show their own", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk", due_date: "2026-03-11", labels: ["errands"] });
    await seed(page, { title: "Call mom", due_date: "2026-03-13", labels: ["family"] });
    await seed(page, { title: "Read a book" });
    await shows(page, ["Buy milk", "Call mom", "Read a book"]);
    const nav = page.getByRole("navigation", { name: "Main" });
    await nav.getByRole("link", { name: /^Today/ }).click();
    await shows(page, ["Buy milk"]);
    await nav.getByRole("link", { name: "Upcoming" }).click();
    await shows(page, ["Call mom"]);
    await nav.getByRole("link", { name: /^family/ }).click();
    await shows(page, ["Call mom"]);
    expect(new URL(page.url()).pathname).toBe("/label/family");
  }));

test("the keyboard alone does it all", () =>
  home(async ({ page }) => {
    await page.locator("#composer:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("q");
    await page.locator("#composer:focus").waitFor();
    await page.keyboard.type("buy milk tomorrow");
    await page.keyboard.press("Enter");
    await row(page, "Buy milk").waitFor();
    await page.keyboard.type("call mom friday");
    await page.keyboard.press("Enter");
    await row(page, "Call mom").waitFor();
    await page.keyboard.press("Escape");

    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByLabel("Title").waitFor();
    await page.keyboard.type(" and bread");
    await page.keyboard.press("Enter");
    await row(page, "Buy milk and bread").waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-task"))).toBe("1");

    await page.keyboard.press("e");
    await page.clock.runFor(1_000);
    await shows(page, ["Call mom"]);
    await page.keyboard.press("z");
    await shows(page, ["Buy milk and bread", "Call mom"]);

    await page.keyboard.press("j");
    await page.keyboard.press("p");
    await page.locator(".row-high:focus").waitFor();
    await page.keyboard.press("l");
    await page.locator("[name=labels]:focus").waitFor();
    await page.keyboard.type("family");
    await page.keyboard.press("Enter");
    await page.locator(".row:focus", { hasText: "#family" }).waitFor();
    await page.keyboard.press("t");
    await page.getByLabel("Say when").waitFor();
    await page.keyboard.type("no");
    await page.keyboard.press("Escape");
    await page.getByLabel("Say when").waitFor({ state: "detached" });
    await page.keyboard.press("t");
    await page.getByLabel("Say when").waitFor();
    await page.keyboard.type("next monday");
    await page.keyboard.press("Enter");
    await page.locator(".group-later .row:focus").waitFor();
    await page.keyboard.press("Backspace");
    await expect.poll(async () => await page.locator(".row").count()).toBe(1);
    await page.keyboard.press("z");
    await shows(page, ["Call mom", "Buy milk and bread"]);

    await page.keyboard.press("g");
    await page.keyboard.press("t");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" });
  }));

test("several at once: selected by key and by Shift, done together, undone by one undo", () =>
  home(async ({ page }) => {
    const all = ["Buy milk", "Call mom", "Read a book", "Water the plants"];
    await seed(page, ...all.map((title) => ({ title })));
    await row(page, "Buy milk").focus();
    await page.keyboard.press("x");
    await row(page, "Read a book")
      .locator(".row-body")
      .click({ modifiers: ["Shift"] });
    const bar = page.getByRole("region", { name: "Selected tasks" });
    await bar.getByText("3 selected").waitFor();
    expect(await axe(page)).toEqual([]);
    await row(page, "Call mom").focus();
    await page.keyboard.press("x");
    await page.keyboard.press("t");
    await page.getByRole("dialog", { name: "When?" }).getByText("2 tasks").waitFor();
    await page.getByRole("button", { name: /^Tomorrow/ }).click();
    await receipt(page).getByText("Moved 2 tasks.").waitFor();
    await bar.waitFor({ state: "detached" });
    await shows(page, ["Buy milk", "Read a book", "Call mom", "Water the plants"]);
    expect(await page.locator(".group-tomorrow .row").count()).toBe(2);

    for (const title of all.slice(1))
      await row(page, title)
        .locator(".row-body")
        .click({ modifiers: ["Shift"] });
    await bar.getByRole("button", { name: "Delete" }).click();
    await receipt(page).getByText("Deleted 3 tasks.").waitFor();
    await shows(page, ["Buy milk"]);
    await receipt(page).getByRole("button", { name: "Undo" }).click();
    await receipt(page).getByText("Undone: 3 changes.").waitFor();
    await shows(page, ["Buy milk", "Read a book", "Call mom", "Water the plants"]);
    await receipt(page).getByRole("button", { name: "Redo" }).click();
    await shows(page, ["Buy milk"]);
  }));

test("who just types is writing to the composer, whatever the letters do elsewhere", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" });
    await shows(page, ["Buy milk"]);
    for (const line of ["pizza on saturday", "give back the book"]) {
      await page.reload();
      await shows(page, ["Buy milk"]);
      await page.keyboard.type(line);
      await expect.poll(() => page.locator("#composer").inputValue()).toBe(line);
      await page.locator("#composer").fill("");
    }
    await page.keyboard.press("Escape");
    await page.keyboard.press("z");
    await expect.poll(() => page.locator("#composer").inputValue()).toBe("z");
    await shows(page, ["Buy milk"]);
  }));

test("what another tab does moves in when the person looks", () =>
  home(async ({ page }) => {
    const other = await page.context().newPage();
    await other.goto("/all");
    await composer(other).fill("buy milk");
    await composer(other).press("Enter");
    await row(other, "Buy milk").waitFor();
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await row(page, "Buy milk").waitFor();
  }));

test("an example of the empty list fills the composer", () =>
  home(async ({ page }) => {
    await page.getByRole("button", { name: "Call mom tomorrow at 6pm" }).click();
    expect(await composer(page).inputValue()).toBe("Call mom tomorrow at 6pm");
    await page.locator("#composer:focus").waitFor();
    await page.keyboard.press("Enter");
    await row(page, "Call mom").waitFor();
  }));
