import { expect, test } from "vitest";
import { freeLabels } from "./labels.ts";

test("one key keeps its label, several are numbered, none is used twice", () => {
  expect(freeLabels("main", 1, [])).toEqual(["main"]);
  expect(freeLabels("main", 1, ["main"])).toEqual(["main 1"]);
  expect(freeLabels("team", 2, ["team 1"])).toEqual(["team 2", "team 3"]);
  expect(freeLabels("", 2, ["key 2"])).toEqual(["key 1", "key 3"]);
});
