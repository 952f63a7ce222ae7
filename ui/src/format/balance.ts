import type { BalanceView } from "../api/generated/BalanceView";
import { dollars, renminbi } from "./cost.ts";
import { minus, missing, nbsp } from "./space.ts";
import { tokens } from "./tokens.ts";

/** What amounts are shown in: the station's own unit, or one for all. */
export type Display = "station" | "usd" | "cny" | "tokens";

type Amounts = { usd: number | null; cny: number | null; tokens: number | null };

/** `$25.00`, `¥62.90`, `2.41M tok`; `—` where it is not known. */
export function amount(value: number | null, unit: Exclude<Display, "station">): string {
  if (value === null) return missing;
  if (unit === "tokens") return `${value < 0 ? minus : ""}${tokens(Math.abs(value))}${nbsp}tok`;
  return unit === "usd" ? dollars(value) : renminbi(value);
}

const units: Record<string, Exclude<Display, "station">> = { USD: "usd", CNY: "cny", quota: "tokens" };

/** The unit in which a balance is shown. Quota units are money where the station says what they are worth. */
export function unitOf(balance: BalanceView, display: Display): Exclude<Display, "station"> {
  if (display !== "station") return display;
  const own = units[balance.unit] ?? "usd";
  return own === "tokens" && balance.remaining_usd !== null ? "usd" : own;
}

export const left = (balance: BalanceView): Amounts => ({ usd: balance.remaining_usd, cny: balance.remaining_cny, tokens: balance.remaining_quota ?? (balance.unit === "quota" ? balance.remaining : null) });

/** Renminbi at the rate that is set, where the station does not count in them itself. */
export const used = (balance: BalanceView, cnyPerUsd: number): Amounts => ({
  usd: balance.used_usd,
  cny: balance.unit === "CNY" ? balance.used : balance.used_usd === null ? null : balance.used_usd * cnyPerUsd,
  tokens: balance.used_quota ?? (balance.unit === "quota" ? balance.used : null),
});

/** What is left, as text: `$25.00`, `∞` for a key without limit, `—` where nobody knows. */
export function balanceText(balance: BalanceView | null, display: Display): string {
  if (balance === null) return missing;
  const unit = unitOf(balance, display);
  const value = left(balance)[unit];
  if (value === null && balance.unlimited) return "∞";
  return amount(value, unit);
}

/** Which units a balance can be shown in. */
export function displays(balance: BalanceView | null): Record<Exclude<Display, "station">, boolean> {
  const amounts = balance === null ? { usd: null, cny: null, tokens: null } : left(balance);
  return { usd: amounts.usd !== null, cny: amounts.cny !== null, tokens: amounts.tokens !== null };
}

/** Share of what was given that is used, 0 to 1. */
export function usedShare(balance: BalanceView): number | null {
  const given = balance.granted ?? (balance.used !== null && balance.remaining !== null ? balance.used + balance.remaining : null);
  if (balance.used === null || given === null || !(given > 0)) return null;
  return Math.min(1, Math.max(0, balance.used / given));
}

/** Older than this a balance is shown muted and with its age, ms. */
export const staleAfter = 24 * 3_600_000;

export const isStale = (balance: BalanceView, now: number): boolean => now - Date.parse(balance.at) > staleAfter;
