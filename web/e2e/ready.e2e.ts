/** The list of readiness, for administrators. */

import { expect, test } from "vitest";
import { axe, overflow } from "./axe";
import { PASSWORD, type Person, signIn, signUp, visit } from "./harness";

const ADMIN = "admin@example.org";

/** The administrator, whose account was made on the server. */
async function administrator(person: Person): Promise<void> {
  const { page } = person;
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByLabel("E-mail").fill(ADMIN);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByText("Email already registered").waitFor();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await signIn({ ...person, email: ADMIN });
  await page.getByRole("heading", { level: 1, name: "All tasks" }).waitFor();
}

for (const [name, way] of [
  ["desktop", { colorScheme: "light" }],
  ["phone, dark", { colorScheme: "dark", viewport: { width: 360, height: 740 }, hasTouch: true }],
] as const) {
  test(`an administrator sees the verdict, the evidence, and what to do (${name})`, () =>
    visit(async (person) => {
      const { page } = person;
      await administrator(person);
      if (name !== "desktop") await page.getByRole("button", { name: "Menu" }).click();
      await page.getByRole("link", { name: "Readiness" }).click();
      const verdict = page.getByRole("region", { name: "Verdict" });
      await verdict.waitFor({ timeout: 120_000 });
      // This server is one for tests: its clock stands still.
      await verdict.getByText("NO-GO").waitFor();
      const failed = page.getByRole("listitem").filter({ hasText: "Profile" });
      await failed.getByText("the profile is development").waitFor();
      await failed.getByText("set SAYDO_PROFILE=production").waitFor();
      expect(await page.getByText("forced on every table").count()).toBe(0);
      expect(await axe(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await page.getByRole("radio", { name: "Everything" }).check();
      await page.getByText("attempts, all in vain").waitFor();
      expect(await axe(page), "everything").toEqual([]);
      expect(await overflow(page)).toBe(0);
    }, way));
}

test("for everybody else there is no such page", () =>
  visit(async (person) => {
    await signUp(person);
    expect(await person.page.getByRole("link", { name: "Readiness" }).count()).toBe(0);
    await person.page.goto("/ready");
    await person.page.getByRole("heading", { level: 1, name: "All tasks" }).waitFor();
    const status = await person.page.evaluate(async () => (await fetch("/api/admin/ready")).status);
    expect(status).toBe(404);
  }));
