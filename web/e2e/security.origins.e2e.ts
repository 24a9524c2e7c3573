/** A hostile page in the browser of a person who is signed in: it reads nothing, and it changes nothing. */

import { createServer, type Server } from "node:http";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { home, row, seed } from "./harness";

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html; charset=utf-8").end("<!doctype html><title>Prizes</title>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  port = typeof address === "object" && address ? address.port : 0;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Another port is another origin of the same site, where cookies are sent along; another name is another site. */
const NEIGHBOURS = ["127.0.0.1", "localhost"] as const;

/** Every way a script can ask for something; what it learned, if anything. */
async function scripted(page: Page, origin: string): Promise<string[]> {
  return page.evaluate(async (target) => {
    const learned: string[] = [];
    const ask = async (name: string, path: string, more: RequestInit) => {
      const answer = await fetch(`${target}${path}`, { credentials: "include", ...more }).catch(() => null);
      const text = (await answer?.text().catch(() => "")) ?? "";
      if (answer?.ok || text) learned.push(`${name}: ${text.slice(0, 300)}`);
    };
    const body = JSON.stringify({ title: "Planted" });
    const kinds = ["application/json", "text/plain", "application/x-www-form-urlencoded"];
    for (const path of ["/api/tasks", "/api/auth/me", "/api/account/export", "/api/conversations/latest"]) {
      await ask("read", path, {});
      await ask("read without CORS", path, { mode: "no-cors" });
    }
    await new Promise((done) => {
      const events = new EventSource(`${target}/api/events`, { withCredentials: true });
      events.onopen = () => done(learned.push("events opened"));
      events.onmessage = ({ data }) => done(learned.push(`event: ${data}`));
      events.onerror = () => done(events.close());
    });
    const embedded = (tag: "script" | "img" | "link", path: string) =>
      new Promise((done) => {
        const element = document.createElement(tag);
        element.onload = () => done(learned.push(`<${tag}> of ${path} loaded`));
        element.onerror = () => done(null);
        if (element instanceof HTMLLinkElement) {
          element.rel = "stylesheet";
          element.href = target + path;
        } else element.src = target + path;
        document.head.append(element);
      });
    await Promise.all([
      embedded("script", "/api/tasks"),
      embedded("script", "/theme.js"),
      embedded("img", "/favicon.svg"),
      embedded("link", "/api/tasks"),
    ]);
    for (const kind of kinds) {
      for (const mode of ["cors", "no-cors"] as const) {
        const headers = { "Content-Type": kind };
        await ask("add", "/api/tasks", { method: "POST", mode, headers, body });
        await ask("undo", "/api/undo", { method: "POST", mode, headers, body: "{}" });
        await ask("token", "/api/tokens", {
          method: "POST",
          mode,
          headers,
          body: '{"name":"x","scope":"write"}',
        });
        await ask("log out", "/api/auth/logout-all", { method: "POST", mode, headers });
        await ask("agui", "/api/agui", { method: "POST", mode, headers, body });
        await ask("mcp", "/mcp", { method: "POST", mode, headers, body });
      }
    }
    await ask("delete", "/api/tasks/1", { method: "DELETE" });
    await ask("complete", "/api/tasks/1/complete", { method: "PATCH" });
    navigator.sendBeacon(`${target}/api/tasks`, body);
    navigator.sendBeacon(`${target}/api/auth/logout`);
    return learned;
  }, origin);
}

/** Sends a form as `enctype` into a frame of the hostile page; waits until that frame has shown what came of it. */
async function form(page: Page, action: string, enctype: string, field: string): Promise<void> {
  const answered = page.waitForResponse((response) => response.url() === action);
  await page.evaluate(
    ([to, kind, name]) => {
      document.body.innerHTML = "<iframe name=hidden></iframe><form target=hidden method=post><input></form>";
      const sent = document.querySelector("form");
      const input = document.querySelector("input");
      if (!sent || !input) throw new Error("no form");
      sent.action = to;
      sent.enctype = kind;
      input.name = name;
      input.value = '"}';
      sent.submit();
    },
    [action, enctype, field] as const,
  );
  expect((await answered).status(), action).toBeGreaterThanOrEqual(400);
}

/** No page of the app shows itself in a frame of the hostile page, and the window it opens cuts the bond. */
async function neitherFramedNorHeld(page: Page, origin: string): Promise<void> {
  for (const path of ["/", "/docs/", "/api/tasks"]) {
    await page.evaluate((url) => {
      const frame = document.createElement("iframe");
      frame.src = url;
      document.body.replaceChildren(frame);
    }, origin + path);
    const inside = () =>
      page
        .frames()
        .find((frame) => frame !== page.mainFrame())
        ?.url();
    await expect.poll(inside, { message: path }).toMatch(/^chrome-error:/);
  }
  const opened = page.context().waitForEvent("page");
  await page.evaluate((url) => {
    Object.assign(window, { app: open(url) });
  }, `${origin}/all`);
  const victim = await opened;
  await victim.getByRole("heading", { level: 1, name: "All tasks" }).waitFor();
  expect(await victim.evaluate(() => window.opener)).toBe(null);
  expect(await page.evaluate(() => (window as unknown as { app: Window }).app.closed)).toBe(true);
}

/** The list is as it was, no token was made, and the person is still signed in. */
async function untouched(app: Page): Promise<void> {
  await app.reload();
  await row(app, "Feed the cat").waitFor();
  expect(await app.locator(".row-title").allTextContents()).toEqual(["Feed the cat"]);
  const tokens = await app.evaluate(async () => (await fetch("/api/tokens")).json());
  expect(tokens.tokens).toEqual([]);
}

for (const neighbour of NEIGHBOURS) {
  test(`a page at ${neighbour} learns nothing, changes nothing, and holds nothing`, () =>
    home(async ({ page: app, origin }) => {
      await seed(app, { title: "Feed the cat" });
      // A page of its own, whose complaints are the point.
      const page = await app.context().newPage();
      await page.goto(`http://${neighbour}:${port}/`);
      expect(await scripted(page, origin)).toEqual([]);
      const json = '{"title":"Planted","description":"';
      for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
        await form(page, `${origin}/api/tasks`, enctype, json);
        await form(page, `${origin}/api/auth/logout-all`, enctype, "{}");
      }
      await untouched(app);
      await neitherFramedNorHeld(page, origin);
    }));
}

test("a page of another name for this very server is no better; the app's own page gets it all", () =>
  home(async ({ page: app, origin }) => {
    await seed(app, { title: "Feed the cat" });
    const page = await app.context().newPage();
    await page.goto(`http://localhost:${new URL(origin).port}/openapi.json`);
    expect(await scripted(page, origin)).toEqual([]);
    await untouched(app);

    const own = await app.context().newPage();
    await own.goto("/openapi.json");
    const learned = (await scripted(own, origin)).join("\n");
    for (const sign of ["Feed the cat", "Planted", "saydo_pat_", "events opened", "loaded"]) {
      expect(learned).toContain(sign);
    }
  }));
