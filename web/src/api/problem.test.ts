import { describe, expect, it } from "vitest";
import { Problem, problemFrom, sentence, Unreachable } from "./problem";
import { nextLink } from "./tasks";

describe("a problem", () => {
  it("is read from the answer", async () => {
    const body = {
      detail: "Check the fields.",
      code: "invalid",
      errors: [{ field: "title", message: "Too long" }],
    };
    const problem = await problemFrom(Response.json(body, { status: 422 }));
    expect([problem.status, problem.message, problem.code]).toEqual([422, "Check the fields.", "invalid"]);
    expect(problem.field("title")).toBe("Too long");
    expect(problem.field("due_date")).toBeUndefined();
  });

  it("has a sentence even when the answer has none", async () => {
    const problem = await problemFrom(new Response("<html>", { status: 502 }));
    expect(sentence(problem)).toBe("The server answered with status 502.");
    expect(sentence(new Unreachable())).toContain("can’t be reached");
    expect(sentence(new TypeError("x is undefined"))).not.toContain("undefined");
  });
});

describe("the next page", () => {
  it("is found in the Link header and stays on this origin", () => {
    expect(nextLink('</api/tasks?limit=200&cursor=abc>; rel="next"')).toBe("/api/tasks?limit=200&cursor=abc");
    expect(nextLink('<https://elsewhere.example/api/tasks?cursor=1>; rel="next"')).toBe(
      "/api/tasks?cursor=1",
    );
    expect(nextLink('</api/tasks>; rel="prev"')).toBeNull();
    expect(nextLink(null)).toBeNull();
  });
});

describe("Problem", () => {
  it("prefers the detail over the title", () => {
    expect(new Problem(400, { title: "Bad Request", detail: "Email already registered" }).message).toBe(
      "Email already registered",
    );
  });
});
