import { expect, test } from "vitest";
import { findTasks } from "./find";
import { aTask } from "./testing";

const TASKS = [
  aTask(1, { title: "Ask the café for the keys" }),
  aTask(2, { title: "Keys for the cellar", labels: ["home"] }),
  aTask(3, { title: "Send parcel 12", description: "The monkeys are in it" }),
  aTask(12, { title: "Water the plants" }),
];
const found = (query: string, most = 9): number[] => findTasks(TASKS, query, most).map(({ id }) => id);

test("every word has to be there, and what begins with it comes first", () => {
  expect(found("keys")).toEqual([2, 1, 3]);
  expect(found("keys", 1)).toEqual([2]);
  expect(found("KEYS cafe")).toEqual([1]);
  expect(found("#home")).toEqual([2]);
  expect(found("keys elephants")).toEqual([]);
  expect(found("  ")).toEqual([]);
});

test("a number finds its task before all that has it in its words", () => {
  expect(found("12")).toEqual([12, 3]);
  expect(found("#12")).toEqual([12]);
});
