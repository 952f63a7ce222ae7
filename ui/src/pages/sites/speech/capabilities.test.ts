import { expect, test } from "vitest";
import { lesson, numberOf, parts } from "./capabilities.ts";

test("every capability has one control", () => {
  const names = parts.map((part) => part.name);
  expect(new Set(names).size).toBe(names.length);
});

test("numbers may be grouped, and empty where unknown is allowed", () => {
  expect(numberOf(" 128,000 ", true)).toBe(128_000);
  expect(numberOf("", true)).toBe(null);
  for (const text of ["", "-1", "1.5", "many", "1e99"]) expect(numberOf(text, false)).toBe(undefined);
});

test("a lesson is told in a few words", () => {
  expect(lesson({ lesson: "output_limit", tokens: 8192 })).toBe("output_limit 8192");
  expect(lesson({ lesson: "efforts", names: ["low", "high"] })).toBe("efforts low high");
});
