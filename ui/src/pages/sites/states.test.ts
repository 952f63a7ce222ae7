import { expect, test } from "vitest";
import type { KeyView } from "../../api/generated/KeyView";
import { keyShape, keyWord, isUsable, timeLeft } from "./states.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const key = (change: Partial<KeyView>): KeyView => ({
  id: "key_1", site: "A", label: "main", masked: "sk-••••••••7Qf2", state: "active", scope: null, cause: null, until: null, weight: 1,
  enabled: true, in_flight: 0, requests: 0, failures: 0, last_error: null, last_used: null, scopes: [], ...change,
});

test("a countdown is m:ss, then hours and minutes, then nothing", () => {
  expect(timeLeft("2026-01-01T00:02:10Z", now)).toBe("2:10");
  expect(timeLeft("2026-01-01T03:05:00Z", now).replace("\u00a0", " ")).toBe("3h 05m");
  expect(timeLeft("2025-12-31T23:59:59Z", now)).toBe("");
  expect(timeLeft(null, now)).toBe("");
});

test("a key says its state, and the end of a cool-down is its trial", () => {
  expect(keyWord(key({ state: "cooling", until: "2026-01-01T00:02:10Z" }), now)).toBe("Cooling 2:10");
  expect(keyWord(key({ state: "cooling", until: "2025-12-31T00:00:00Z" }), now)).toBe("Trying again");
  expect(keyWord(key({ enabled: false }), now)).toBe("Off");
});

test("shapes tell the states apart, and an unknown one waits", () => {
  const states = ["active", "cooling", "half-open", "exhausted", "invalid", "disabled"];
  expect(new Set(states.map((state) => keyShape(key({ state })))).size).toBe(states.length);
  expect(keyShape(key({ state: "something new" }))).toBe("wait");
});

test("only healthy keys and those on trial can be used", () => {
  expect(isUsable(key({}))).toBe(true);
  expect(isUsable(key({ state: "half-open" }))).toBe(true);
  expect(isUsable(key({ enabled: false }))).toBe(false);
  expect(isUsable(key({ state: "exhausted" }))).toBe(false);
});
