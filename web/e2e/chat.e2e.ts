import { expect, test } from "vitest";
import { composer, home, receipt, say, seed, shows, thread, titles } from "./harness";

test("one sentence becomes two tasks with their times, and undo takes both back", () =>
  home(async ({ page }) => {
    await say(page, "dentist friday 3pm, and remind me to buy flowers before that");
    await expect.poll(async () => (await titles(page)).length).toBe(2);
    const [first, second] = await titles(page);
    expect([first, second].map((title) => title?.toLowerCase()).sort()).toEqual(["buy flowers", "dentist"]);
    expect(
      await page
        .locator(".row", { hasText: /dentist/i })
        .locator("time")
        .getAttribute("datetime"),
    ).toBe("2026-03-13T15:00:00+01:00");
    expect(
      await page
        .locator(".row", { hasText: /flowers/i })
        .locator("time")
        .getAttribute("datetime"),
    ).toMatch(/^2026-03-1[123]/);
    await page.getByRole("button", { name: "Undo" }).first().click();
    await shows(page, []);
    await page.getByRole("button", { name: "Redo" }).first().click();
    await expect.poll(async () => (await titles(page)).length).toBe(2);
  }));

test("chips show what will happen, and a click puts the words back", () =>
  home(async ({ page }) => {
    await composer(page).fill("call mom tomorrow 3pm #family");
    const chips = page.getByRole("list", { name: "Recognised" });
    await chips.getByText("#family").waitFor();
    await chips.getByText("Tomorrow 15:00").waitFor();
    expect(await page.locator(".tint mark").allInnerTexts()).toEqual(["tomorrow 3pm", "#family"]);

    await composer(page).press("End");
    await composer(page).press("Backspace");
    expect(await composer(page).inputValue()).toBe('call mom tomorrow 3pm "#family"');
    await chips.getByRole("button", { name: /Tomorrow 15:00/ }).click();
    expect(await composer(page).inputValue()).toBe('call mom "tomorrow 3pm" "#family"');
    await expect.poll(() => chips.getByRole("button").count()).toBe(0);
  }));

test("chips say what would become of tasks that are there, in words that hold", () =>
  home(async ({ page }) => {
    const chips = page.getByRole("list", { name: "Recognised" });
    const lines: [string, RegExp[]][] = [
      ["delete all tasks", [/^Delete$/]],
      ["what's due tomorrow?", [/^Show$/, /tomorrow$/]],
      ["move task 3 to 5pm", [/^Change$/, /5pm$/]],
      ["mark 3 as done", [/^Complete$/]],
      ["undo", [/^Undo$/]],
    ];
    for (const [line, words] of lines) {
      await composer(page).fill(line);
      for (const word of words) await chips.getByText(word).waitFor();
      expect(await chips.getByText("Add").count()).toBe(0);
    }
  }));

test("a bare verb asks for its object and the answer makes the task", () =>
  home(async ({ page }) => {
    await say(page, "buy");
    await thread(page).getByText("What would you like to buy?").waitFor();
    await say(page, "oat milk");
    await expect
      .poll(async () => (await titles(page)).map((title) => title.toLowerCase()))
      .toEqual(["buy oat milk"]);
  }));

test("deleting everything shows a plan first: rejecting keeps all, accepting deletes the ticked ones", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" });
    await seed(page, { title: "Call mom" });
    await seed(page, { title: "Water the plants" });

    await say(page, "delete all tasks");
    const plan = thread(page).getByRole("region", { name: "Plan" });
    await plan.waitFor();
    expect(await plan.getByRole("checkbox").count()).toBe(3);
    await plan.getByRole("button", { name: "Reject" }).click();
    await plan.waitFor({ state: "detached" });
    expect((await titles(page)).length).toBe(3);

    await say(page, "delete all tasks");
    await plan.waitFor();
    await plan.getByText("Call mom").click();
    await plan.getByRole("button", { name: "Accept (2)" }).click();
    await shows(page, ["Call mom"]);
    await thread(page).getByRole("button", { name: "Undo" }).last().click();
    await expect.poll(async () => (await titles(page)).length).toBe(3);
  }));

test("on a phone a card that takes the place of another is in sight", () =>
  home(
    async ({ page }) => {
      await seed(page, ...["Milk", "Bread", "Eggs", "Figs", "Plums", "Pears"].map((title) => ({ title })));
      await say(page, "what is open?");
      await say(page, "delete all tasks");
      await thread(page).getByRole("button", { name: "Accept (6)" }).waitFor();
      await say(page, "the figs can stay");
      const accept = thread(page).getByRole("button", { name: "Accept (5)" });
      await accept.waitFor();
      const below = () =>
        accept.evaluate((button) => {
          const box = button.closest(".thread-scroll")?.getBoundingClientRect();
          return button.getBoundingClientRect().bottom - (box?.bottom ?? 0);
        });
      await expect.poll(below).toBeLessThanOrEqual(0);
    },
    { viewport: { width: 390, height: 844 } },
  ));

test("two similar tasks make a choice, answered by its number key", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Write the sales report" });
    await seed(page, { title: "Write the travel report" });
    await say(page, "delete the report");
    const choice = thread(page).getByRole("region", { name: "Choice" });
    await choice.waitFor();
    const second = (await choice.locator(".question-title").allInnerTexts())[1];
    await composer(page).press("2");
    await choice.waitFor({ state: "detached" });
    const left = ["Write the sales report", "Write the travel report"].filter((title) => title !== second);
    await shows(page, left);
  }));

test("a question opens the thread, says who answered, and is resumed by its address", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk", due_date: "2026-03-12" });
    await say(page, "what's pending?");
    await thread(page).locator(".bubble", { hasText: "what's pending?" }).waitFor();
    await thread(page).getByText("Answered by the offline engine").last().waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/c\/\d+$/);
    await page.reload();
    await thread(page).locator(".bubble", { hasText: "what's pending?" }).waitFor();
    await thread(page)
      .getByText(/Buy milk/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Close conversation" }).click();
    expect(await thread(page).count()).toBe(0);
    await page.goBack();
    await thread(page).waitFor();
  }));

test("conversations are renamed, begun anew and deleted", () =>
  home(async ({ page }) => {
    await say(page, "hello");
    await thread(page).locator(".turn-assistant .who").waitFor();
    const nav = page.getByRole("navigation", { name: "Main" });
    await nav.getByRole("button", { name: /^Rename or delete/ }).click();
    await page.getByLabel("Conversation name").fill("Small talk");
    await page.getByRole("button", { name: "Rename", exact: true }).click();
    await nav.getByRole("link", { name: "Small talk" }).waitFor();

    await nav.getByRole("button", { name: "New conversation" }).click();
    await thread(page).getByText("A new conversation").waitFor();
    await nav.getByRole("link", { name: "Small talk" }).click();
    await thread(page).locator(".turn-user").waitFor();

    await nav.getByRole("button", { name: /^Rename or delete/ }).click();
    await page.getByRole("button", { name: "Delete conversation", exact: true }).click();
    await nav.getByRole("link", { name: "Small talk" }).waitFor({ state: "detached" });
    expect(await thread(page).count()).toBe(0);
  }));

test("a question that can't be sent stays, and is answered when the server is back", () =>
  home(async ({ page }) => {
    await seed(page, { title: "Buy milk" });
    await page.context().setOffline(true);
    await say(page, "what is open?");
    await thread(page).getByText("can’t be reached").waitFor();
    await page.getByText("Offline – as of").waitFor();
    await page.context().setOffline(false);
    await thread(page).getByRole("button", { name: "Try again" }).click();
    await thread(page).locator(".bubble", { hasText: "#1 Buy milk" }).waitFor();
  }));

test("an answer lost on the way does not make the task twice", () =>
  home(async ({ page }) => {
    await page.route(
      "**/chat",
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await say(page, "buy milk");
    await receipt(page).getByText("Added “Buy milk”").waitFor();
    await shows(page, ["Buy milk"]);
    await page.locator(".outbox").waitFor({ state: "detached" });
  }));

test("a message that is too long is refused in words", () =>
  home(async ({ page }) => {
    await say(page, "x".repeat(10_001));
    await thread(page).getByText("Message too long (max 10000 characters)").waitFor();
  }));
