import { describe, expect, test } from "vitest";
import type { BalanceView } from "../api/generated/BalanceView";
import { amount, balanceText, displays, isStale, used, usedShare } from "./balance.ts";

const plain = (text: string): string => text.replaceAll("\u00a0", " ");

const nothing: BalanceView = {
  scope: "key", state: "active", unlimited: false, unit: "USD", remaining: null, used: null, granted: null, remaining_usd: null, remaining_cny: null, spendable_usd: null, used_usd: null,
  granted_usd: null, remaining_quota: null, used_quota: null, key_remaining_usd: null, account_remaining_usd: null, key_name: null, plan: null, expires_at: null,
  windows: [], reason: null, notes: [], today: null, multiplier: null, source: "GET /v1/dashboard/billing/subscription", at: "2026-11-20T12:00:00.000Z",
};
const dollars: BalanceView = { ...nothing, remaining: 128.4, remaining_usd: 128.4, remaining_cny: 937.32, used: 351.6, used_usd: 351.6 };
const quota: BalanceView = { ...dollars, unit: "quota", remaining: 64_200_000, remaining_quota: 64_200_000, used: 175_800_000, used_quota: 175_800_000 };

describe("what is left", () => {
  test("stands in the station's own unit", () => {
    expect(balanceText(dollars, "station")).toBe("$128.40");
    expect(balanceText({ ...nothing, unit: "CNY", remaining: 62.9, remaining_cny: 62.9, remaining_usd: 8.62 }, "station")).toBe("¥62.90");
    expect(plain(balanceText({ ...nothing, unit: "quota", remaining: 2_410_000 }, "station"))).toBe("2.41M tok");
  });

  test("is money where the station says what its units are worth", () => expect(balanceText(quota, "station")).toBe("$128.40"));

  test("follows the chosen unit", () => {
    expect(balanceText(quota, "cny")).toBe("¥937.32");
    expect(plain(balanceText(quota, "tokens"))).toBe("64.20M tok");
  });

  test("is never 0 where nobody knows it", () => {
    expect(balanceText(null, "station")).toBe("—");
    expect(balanceText(nothing, "station")).toBe("—");
    expect(balanceText(dollars, "tokens")).toBe("—");
  });

  test("has no end on a key without limit, unless the account's is known", () => {
    expect(balanceText({ ...nothing, unlimited: true }, "station")).toBe("∞");
    expect(balanceText({ ...dollars, unlimited: true }, "station")).toBe("$128.40");
  });

  test("may be a debt", () => {
    expect(balanceText({ ...dollars, remaining_usd: -0.2 }, "usd")).toBe("−$0.20");
    expect(plain(amount(-1_500, "tokens"))).toBe("−1.5k tok");
  });
});

test("only units that are known can be chosen", () => {
  expect(displays(quota)).toEqual({ usd: true, cny: true, tokens: true });
  expect(displays(dollars)).toEqual({ usd: true, cny: true, tokens: false });
  expect(displays(null)).toEqual({ usd: false, cny: false, tokens: false });
});

test("used in renminbi follows the rate, unless the station counts in them", () => {
  expect(used(dollars, 7.3).cny).toBeCloseTo(2_566.68);
  expect(used({ ...nothing, unit: "CNY", used: 10, used_usd: 1 }, 7.3).cny).toBe(10);
  expect(used(nothing, 7.3)).toEqual({ usd: null, cny: null, tokens: null });
});

test("the used share stays between none and all", () => {
  expect(usedShare(dollars)).toBeCloseTo(0.7325);
  expect(usedShare({ ...dollars, granted: 480 })).toBeCloseTo(0.7325);
  expect(usedShare({ ...dollars, remaining: -5, granted: 300 })).toBe(1);
  expect(usedShare({ ...dollars, remaining: -400 })).toBeNull();
  expect(usedShare(nothing)).toBeNull();
});

test("a balance is stale after a day", () => {
  const noon = Date.parse("2026-11-20T12:00:00Z");
  expect(isStale(nothing, noon + 23 * 3_600_000)).toBe(false);
  expect(isStale(nothing, noon + 25 * 3_600_000)).toBe(true);
});
