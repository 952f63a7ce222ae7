import { expect, test } from "vitest";
import { percent, timeLeft } from "./looks.ts";

test("a small share is not nothing, and nothing is nothing", () => {
  expect([0, 0.004, 0.014, 0.5, 1].map(percent)).toEqual(["0%", "<1%", "1%", "50%", "100%"]);
});

test("time left is told once a pace can be seen", () => {
  expect(timeLeft(10_000, 2, 20)).toBeNull();
  expect(timeLeft(10_000, 5, 20)).toBe(30_000);
  expect(timeLeft(10_000, 20, 20)).toBeNull();
});
