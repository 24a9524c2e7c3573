import { describe, expect, it } from "vitest";
import { parseRoute, routePath, type View } from "./route";

describe("addresses", () => {
  it.each<[string, View]>([
    ["/", { name: "all" }],
    ["/today", { name: "today" }],
    ["/ready", { name: "ready" }],
    ["/label/caf%C3%A9", { name: "label", label: "café" }],
    ["/label/100%", { name: "label", label: "100%" }],
    ["/nowhere", { name: "all" }],
  ])("%s", (path, view) => {
    expect(parseRoute(path, undefined)).toEqual({ view, conversation: null });
  });

  it("open a conversation beside the view that was kept", () => {
    const kept: View = { name: "label", label: "home" };
    expect(parseRoute("/c/7", kept)).toEqual({ view: kept, conversation: 7 });
    expect(parseRoute("/c/7", null)).toEqual({ view: { name: "all" }, conversation: 7 });
    expect(parseRoute("/c/seven", null).conversation).toBeNull();
  });

  it("read back what they say", () => {
    const route = { view: { name: "label", label: "a/b c" } as const, conversation: null };
    expect(parseRoute(routePath(route), null)).toEqual(route);
    expect(routePath({ view: { name: "today" }, conversation: 7 })).toBe("/c/7");
  });
});
