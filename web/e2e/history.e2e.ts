import { expect, test } from "vitest";
import { home, receipt, row, seed, shows } from "./harness";

test("a task's history says who did what, and each change has its undo", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Dentist" });
    await page.getByRole("button", { name: "Dentist", exact: true }).click();
    const editor = page.getByRole("form", { name: "Edit Dentist" });
    await editor.getByLabel("Due").fill("friday 3pm");
    await editor.getByRole("button", { name: "Save" }).click();
    await row(page, "Dentist").locator("time").waitFor();

    await page.getByRole("button", { name: "Dentist", exact: true }).click();
    await editor.getByText("History", { exact: true }).click();
    const entries = editor.getByRole("list", { name: "History" }).getByRole("listitem");
    await entries.nth(1).waitFor();
    expect(await entries.nth(0).innerText()).toMatch(/^Changed\s+Due: none → Friday.*\s+You, in the list/);
    expect(await entries.nth(1).innerText()).toMatch(/^Added/);
    await entries.nth(0).getByRole("button", { name: "Undo: Changed" }).click();
    await editor.waitFor({ state: "detached" });
    await receipt(page).getByText("Undone: “Dentist” as before.").waitFor();
    expect(await row(page, "Dentist").locator("time").count()).toBe(0);

    await page.getByRole("button", { name: "Dentist", exact: true }).click();
    await editor.getByText("History", { exact: true }).click();
    await entries.nth(2).waitFor();
    expect(await entries.nth(1).innerText()).toContain("undone");
    await entries.nth(0).getByRole("button", { name: "Redo: Undo: changed" }).click();
    await row(page, "Dentist").locator("time").waitFor();
    await shows(page, ["Dentist"]);
  }));
