import { beforeEach, expect, test } from "vitest";
import type { QueryView } from "../../api/generated/QueryView";
import type { StationView } from "../../api/generated/StationView";
import { locale } from "../../locale/translate.svelte.ts";
import { burnText, calendarDay, checkinMark, daysText, shownBalance, troubled, whyUnknown, withMoney } from "./words.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const balance: NonNullable<StationView["balance"]> = {
  scope: "key", state: "active", unlimited: false, unit: "USD", remaining: 3.85, used: null, granted: null, remaining_usd: 3.85, remaining_cny: 28.1, spendable_usd: null,
  used_usd: null, granted_usd: null, remaining_quota: null, used_quota: null, key_remaining_usd: null, account_remaining_usd: null, key_name: null, plan: null, expires_at: null,
  windows: [], reason: null, notes: [], today: null, multiplier: null, source: "GET /v1/usage", at: "2026-11-20T11:58:00.000Z",
};
const query = (given: Partial<QueryView>): QueryView => ({ at: "2026-11-20T11:58:00.000Z", ms: 380, ok: true, error: null, failures: 0, change_usd: null, unexplained_usd: null, ...given }) as QueryView;
const station: StationView = {
  site: "s", name: "Nebula Hub", paid: true, enabled: true, querying: false, next_query: null, account: null, needs: null, custom_interface: false, recharge_url: null,
  kind: { id: "one-api", source: "detected", detected: null, version: null, evidence: [], at: null, quota_per_usd: null },
  balance,
  last_query: query({ ok: true }),
  figures: {
    recharged_usd: null, paid_cny: null, recharges: 0, consumed_usd: null, consumed_basis: null, burn_usd_per_day: 2, burn_per_day: 2, burn_basis: null, burn_days: null,
    days_left: null, empty_on: null, cny_per_usd: null, cny_per_million_tokens: null, multiplier: 1,
  },
  alert: { threshold_usd: 5, own: false, low: false, snoozed_until: null, crossed_on: null },
  checkin: { how: "page", url: null, due: true, done_at: null, state: "none", reward_usd: null },
};
const failed: StationView = { ...station, last_query: query({ ok: false, error: { code: "web_page", params: [], message: null }, failures: 2 }) };

beforeEach(() => (locale.language = "en"));

test("what is missing says why, best reason first", () => {
  expect(whyUnknown(station)).toBe("");
  expect(whyUnknown({ ...station, balance: null, last_query: null })).toBe("Not queried yet");
  expect(whyUnknown({ ...failed, balance: null })).toBe("A web page came in place of data");
  expect(whyUnknown({ ...failed, balance: null, needs: "needs_user_id" })).toContain("user ID");
  expect(whyUnknown({ ...station, balance: { ...balance, remaining: null, reason: "factor_unknown" } })).toContain("not known");
});

test("a row's balance is low, dead, old, or plain", () => {
  expect(shownBalance(station, "station", now)).toMatchObject({ text: "$3.85", tone: "" });
  expect(shownBalance({ ...station, alert: { ...station.alert, low: true } }, "station", now).tone).toBe("low");
  expect(shownBalance({ ...station, balance: { ...balance, state: "expired" } }, "station", now)).toMatchObject({ tone: "bad" });
  expect(shownBalance(station, "station", now + 25 * 3_600_000).tone).toBe("none");
  expect(shownBalance({ ...station, balance: null }, "station", now)).toMatchObject({ text: "—", tone: "none" });
});

test("the last good balance stays, with the reason why there is no newer one", () => {
  const shown = shownBalance(failed, "station", now);
  expect(shown.text).toBe("$3.85");
  expect(shown.hint).toContain("web page");
  expect(shown.hint).toContain("2 min ago");
});

test("money changes the shape of a site that works, never of one that does not", () => {
  expect(withMoney("ok", { ...station, alert: { ...station.alert, low: true } })).toBe("warn");
  expect(withMoney("ok", { ...station, balance: { ...balance, state: "exhausted" } })).toBe("err");
  expect(withMoney("off", { ...station, alert: { ...station.alert, low: true } })).toBe("off");
});

test("a burn rate stands in the unit of the balance", () => {
  expect(burnText(station, 7)).toBe("$2.00");
  expect(burnText({ ...station, balance: { ...balance, unit: "CNY" } }, 7)).toBe("¥14.00");
  expect(burnText({ ...station, balance: { ...balance, unit: "quota", remaining_usd: null }, figures: { ...station.figures, burn_usd_per_day: null, burn_per_day: 41_000 } }, 7)).toContain("41.0k");
});

test("a check-in is due, done, or nobody's business", () => {
  expect(checkinMark(station)).toMatchObject({ kind: "due" });
  expect(checkinMark({ ...station, checkin: { ...station.checkin, how: "none" } })).toBeNull();
  expect(checkinMark({ ...station, checkin: { ...station.checkin, due: false, done_at: new Date().toISOString() } })).toMatchObject({ kind: "done" });
});

test("the station's own words follow ours", () => {
  expect(troubled({ code: "refused", params: [["status", "401"]], message: "no" })).toBe("The station refuses: no");
  expect(troubled({ code: "rate_limit", params: [], message: "own words" })).not.toBe("");
});

test("days and dates", () => {
  expect([60.8, 2.2, 2, 0.04, 2_527].map(daysText)).toEqual(["60", "2.2", "2", "0", "999+"]);
  expect(calendarDay("2099-01-19")).toBe("2099-01-19");
});
