// One test for every row of the table "Numbers" in the design language.
import { describe, expect, test } from "vitest";
import type { CostBasis } from "../api/generated/CostBasis";
import { bytes, shortBytes } from "./bytes.ts";
import { age, clock, day, isoDay, stamp } from "./clock.ts";
import { about, dollars, lineCost, loggedCost, marked, price, renminbi, requestCost, requestRenminbi } from "./cost.ts";
import { countdown, countdownMinutes, duration, firstToken, moment, offset, phase } from "./duration.ts";
import { isOtherModel, shortModel } from "./model.ts";
import { deviation, ratio, percent, speed } from "./ratio.ts";
import { exactCount, tokens } from "./tokens.ts";

const plain = (text: string): string => text.replaceAll("\u00a0", " ");
const cost = (basis: CostBasis, usd: number | null): string => requestCost({ basis, usd, cny: null });

describe("numbers", () => {
  test("tokens in tables", () => {
    const shown = [0, 412, 999, 1_000, 58_410, 99_900, 99_960, 148_000, 999_400, 999_700, 8_410_000].map(tokens);
    expect(shown).toEqual(["0", "412", "999", "1.0k", "58.4k", "99.9k", "100k", "148k", "999k", "1.00M", "8.41M"]);
    expect(tokens(null)).toBe("—");
  });

  test("tokens in detail and station logs", () => {
    expect(exactCount(58_410)).toBe("58,410");
    expect(exactCount(null)).toBe("—");
  });

  test("cost of one request", () => {
    expect(cost("exact", 0.0567)).toBe("$0.057");
    expect(cost("estimate", 0.067)).toBe("~$0.067");
    expect(cost("none", null)).toBe("$0.000");
    expect(cost("exact", 0.0004)).toBe("<$0.001");
    expect(cost("estimate", 0.0004)).toBe("~<$0.001");
    expect(cost("exact", 0.0005)).toBe("$0.001");
    expect(cost("unpriced", null)).toBe("—");
    expect(cost("estimate", null)).toBe("—");
  });

  test("cost in station logs", () => expect(loggedCost(0.0565)).toBe("$0.0565"));

  test("parts of a bill are never nothing for something", () => {
    expect([0.0565, 0.00005, 0.00004, 0].map(lineCost)).toEqual(["$0.0565", "$0.0001", "<$0.0001", "$0.0000"]);
    expect([0.41, 0.005, 0.004, 0].map(requestRenminbi)).toEqual(["¥0.41", "¥0.01", "<¥0.01", "¥0.00"]);
  });

  test("an estimate is marked", () => {
    expect(marked("¥0.41", "estimate")).toBe("~¥0.41");
    expect(marked("¥0.41", "exact")).toBe("¥0.41");
  });

  test("totals and balances", () => {
    expect(dollars(128.4)).toBe("$128.40");
    expect(dollars(1_024)).toBe("$1,024.00");
    expect(dollars(-3.5)).toBe("−$3.50");
    expect(renminbi(1_526.4)).toBe("¥1,526");
    expect(renminbi(62.9)).toBe("¥62.90");
    expect(dollars(null)).toBe("—");
  });

  test("second currency", () => expect(plain(about(renminbi(70.06)))).toBe("≈ ¥70.06"));

  test("ratios", () => expect([1, 0.35, 1.125, 2.00049].map(ratio)).toEqual(["1.0", "0.35", "1.125", "2.0"]));

  test("time to first token", () => {
    expect(plain(firstToken(1_184))).toBe("1.18 s");
    expect([0.81, 504, 999.4, 999.6].map(moment).map(plain)).toEqual(["0.8 ms", "504 ms", "999 ms", "1.00 s"]);
    expect(plain(offset(1_184))).toBe("+1.18 s");
  });

  test("duration", () => {
    const shown = [970, 994, 996, 23_300, 59_949, 59_960, 86_000, 3_725_000].map(duration).map(plain);
    expect(shown).toEqual(["0.97 s", "0.99 s", "1.0 s", "23.3 s", "59.9 s", "1m 0s", "1m 26s", "1h 02m"]);
    expect([504, 0.4, 9.97].map(phase).map(plain)).toEqual(["504 ms", "0.4 ms", "10 ms"]);
  });

  test("countdown", () => {
    expect(countdown(130)).toBe("2:10");
    expect(countdownMinutes(1_001)).toBe(17);
  });

  test("speed and percent", () => {
    expect(speed(84.2)).toBe("84");
    expect(percent(0.94)).toBe("94%");
    expect(deviation(-0.003)).toBe("−0.3%");
    expect(deviation(0.012)).toBe("+1.2%");
    expect(deviation(0)).toBe("0.0%");
  });

  test("clock and dates", () => {
    const time = new Date(2025, 10, 13, 14, 32, 20, 7);
    expect(clock(time)).toBe("14:32:20");
    expect(isoDay(time)).toBe("2025-11-13");
    expect(day(time, "en")).toBe("13 Nov");
    expect(day(time, "zh-CN")).toBe("11-13");
    expect(stamp(time)).toBe("2025-11-13 14:32:20.007");
  });

  test("relative time", () => {
    expect(age(2)).toEqual({ unit: "now" });
    expect(age(12)).toEqual({ unit: "seconds", count: 12 });
    expect(age(125)).toEqual({ unit: "minutes", count: 2 });
    expect(age(3 * 3_600)).toEqual({ unit: "hours", count: 3 });
    expect(age(3 * 86_400)).toEqual({ unit: "days", count: 3 });
    expect(age(8 * 86_400)).toEqual({ unit: "date" });
  });
});

test("sizes", () => {
  expect([812, 39_014, 43_201_331, 209_715_200].map(bytes).map(plain)).toEqual(["812 B", "38.1 KB", "41.2 MB", "200 MB"]);
  expect([512, 219_000, 1_000_000, 5_242_880, 5_557_453].map(shortBytes).map(plain)).toEqual(["512 B", "214 KB", "1.0 MB", "5 MB", "5.3 MB"]);
});

test("prices of a million tokens", () => {
  expect([3, 0.3, 18.75, 0.075].map(price)).toEqual(["$3", "$0.30", "$18.75", "$0.075"]);
});

test("model names", () => {
  expect(shortModel("claude-sonnet-4-5-20250929")).toBe("claude-sonnet-4-5");
  expect(shortModel("gpt-4o-2024-08-06")).toBe("gpt-4o");
  expect(isOtherModel("claude-sonnet-4-5", "claude-sonnet-4-5-20250929")).toBe(false);
  expect(isOtherModel("claude-opus-4-5", "claude-haiku-4-5")).toBe(true);
});
