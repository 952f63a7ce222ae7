import { expect, test } from "vitest";
import type { ExchangeRow } from "../../api/generated/ExchangeRow";
import { Exchange } from "../../state/live.svelte.ts";
import { cacheShare, compare } from "./sort.ts";

const row = (id: string, input: number | null, output: number | null, cache_read: number | null): ExchangeRow =>
  ({ id, started_at: id, tokens: { input, output, cache_read } }) as ExchangeRow;

test("a cache that gave nothing is 0, one nobody spoke of is not known", () => {
  expect(cacheShare(row("a", 100, 1, 0))).toBe(0);
  expect(cacheShare(row("a", 100, 1, null))).toBeNull();
  expect(cacheShare(row("a", 0, 1, 0))).toBeNull();
  expect(cacheShare(row("a", 100, 1, 50))).toBe(0.5);
});

test("input and output sort apart, unknown ones last", () => {
  const list = [row("a", 1, 30, null), row("b", 3, 10, null), row("c", null, null, null), row("d", 2, 20, null)].map((each) => new Exchange(each, 0, null));
  const order = (key: "input" | "output", descending: boolean): string => [...list].sort(compare(key, descending)).map(({ id }) => id).join("");
  expect([order("input", true), order("input", false)]).toEqual(["bdac", "adbc"]);
  expect([order("output", true), order("output", false)]).toEqual(["adbc", "bdac"]);
});
