import { expect, test } from "vitest";
import { landmark } from "./landmark.ts";

test("a text is found again by its beginning, as JSON spells it", () => {
  expect(landmark('Look at "this"', false)).toBe('"Look at \\"this\\"');
  expect(landmark("The big user text. 漢字", false)).toBe('"The big user text. ');
  expect(landmark("漢字\n", false)).toBe('"漢字\\n');
  expect(landmark('{\n  "file_path": "a.rs",\n  "n": 1\n}', true)).toBe('"file_path": "a.rs",');
  expect(JSON.stringify({ text: "x".repeat(500) })).toContain(landmark("x".repeat(500), false));
});
