import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { home, PASSWORD, row, seed, signIn, signUp, visit } from "./harness";

test("a wrong password says so beside the field, and the right one opens the door", () =>
  home(async (person) => {
    const { page } = person;
    await seed(page, { title: "Buy milk" });
    await page.getByRole("link", { name: /^Settings/ }).click();
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.getByRole("heading", { name: "Welcome back" }).waitFor();

    await signIn(person, "not the password");
    const password = page.getByLabel("Password");
    await expect.poll(() => password.getAttribute("aria-invalid")).toBe("true");
    expect(await page.locator(".field-wrong .field-note").textContent()).toBe("Invalid credentials");

    await signIn(person);
    await row(page, "Buy milk").waitFor();
  }));

test("an address that is taken says so beside the address", () =>
  home(async (person) => {
    const { page, email } = person;
    await page.context().clearCookies();
    await page.reload();
    await page.getByRole("button", { name: "Create an account" }).click();
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign up" }).click();
    await expect
      .poll(() => page.locator(".field-wrong .field-note").allInnerTexts())
      .toEqual(["Email already registered"]);
  }));

test("where nobody signs up by themselves, the card says whom to ask", () =>
  visit(async ({ page }) => {
    await page.route("**/api/auth/me", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "saydo-signup": "closed" } });
    });
    await page.reload();
    await page.getByText("Ask whoever runs this Saydo for an account.").waitFor();
    expect(await page.getByRole("button", { name: "Create an account" }).count()).toBe(0);
  }));

test("the session outlives a reload and ends at once when it is revoked elsewhere", () =>
  home(async ({ page }) => {
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "All tasks" }).waitFor();
    await page.context().clearCookies();
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await page.getByText("Your session has ended.").waitFor();
  }));

test("settings: name, time zone, theme, export, password, account deletion", () =>
  visit(async (person) => {
    const { page } = person;
    await signUp(person);
    await page.goto("/settings");
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await page.getByRole("link", { name: "Settings Ada" }).waitFor();

    await page.getByRole("radio", { name: "Dark" }).check();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    await page.reload();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    expect(await page.getByLabel("Time zone").inputValue()).toBe("Asia/Tokyo");

    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export everything" }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe("saydo-export.json");
    expect(JSON.parse(await readFile(await saved.path(), "utf8"))).toMatchObject({
      user: { name: "Ada" },
      records: {},
    });
    await page.getByText("The file is in your downloads.").waitFor();

    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByLabel("New password").fill("another good one");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("Every other session has ended.").waitFor();

    await page.getByLabel("Your password").fill("another good one");
    await page.getByRole("button", { name: "Delete my account" }).click();
    await page.getByText("everything in it is gone").waitFor();
    await signIn(person, "another good one");
    await page.getByText("Invalid credentials").waitFor();
  }));
