// A station's balance, check-in and figures as words and shapes.
import type { Fault } from "../../api/fault.ts";
import type { ErrorView } from "../../api/generated/ErrorView";
import type { QueryView } from "../../api/generated/QueryView";
import type { StationView } from "../../api/generated/StationView";
import { amount, balanceText, isStale, unitOf, used, type Display } from "../../format/balance.ts";
import { clock, day, sameDay } from "../../format/clock.ts";
import { missing } from "../../format/space.ts";
import type { Shape } from "../../icons/shape.ts";
import { ago, locale, said, sentence, t } from "../../locale/translate.svelte.ts";

export const kindWord = (kind: string): string => said("stationKinds", kind, kind);

/** `New-API v0.9.6`. */
export const kindOf = (station: StationView): string => [kindWord(station.kind.id), station.kind.version].filter((part) => part).join(" ");

/** Whether it is known at all what software runs there. */
export const isKnownKind = (station: StationView): boolean => station.kind.id !== "unknown";

/** What a station said or did wrong, in words; other errors keep their own. */
export function troubled(error: ErrorView | Fault): string {
  const problem = error.params.find(([name]) => name === "problem")?.[1] ?? error.code;
  const words = said("problems", problem, "");
  if (words === "") return sentence(error);
  return [words, ...(error instanceof Error || !error.message ? [] : [error.message])].join(": ");
}

export const queryError = (query: QueryView | null): string => (query?.error ? troubled(query.error) : "");

/** Why there is no figure, in one sentence; nothing where there is one. */
export function whyUnknown(station: StationView): string {
  const { balance, last_query: query, needs } = station;
  if (balance !== null && (balance.remaining !== null || balance.unlimited)) return "";
  if (needs !== null) return said("problems", needs, needs);
  if (query?.error) return queryError(query);
  if (balance?.reason) return said("problems", balance.reason, balance.reason);
  return query === null ? t("balance.neverAsked") : t("balance.notTold");
}

/** States in which a key does not work, whatever it may hold. */
const dead = new Set(["expired", "disabled", "invalid", "exhausted"]);

export type Shown = { text: string; tone: "" | "low" | "none" | "bad"; hint: string };

/** The balance as it stands in a row: the figure, how it looks, and the story behind it. */
export function shownBalance(station: StationView, display: Display, now: number): Shown {
  const { balance, alert } = station;
  const text = balanceText(balance, display);
  const age = balance === null ? "" : t("balance.asOf", { time: ago(new Date(balance.at), now) });
  const failed = station.last_query?.ok === false ? queryError(station.last_query) : "";
  const hint = [whyUnknown(station) || failed, age].filter((part) => part !== "").join(" · ");
  if (balance === null) return { text, tone: "none", hint };
  if (dead.has(balance.state)) return { text, tone: "bad", hint: [said("balanceStates", balance.state, balance.state), hint].join(" · ") };
  if (alert.low) return { text, tone: "low", hint: [t("balance.isLow"), age].join(" · ") };
  return { text, tone: isStale(balance, now) || balance.remaining === null && !balance.unlimited ? "none" : "", hint };
}

/** How a site's last query went; sites without any wait. */
export function queryShape(station: StationView): Shape {
  if (station.balance !== null && dead.has(station.balance.state)) return "err";
  if (station.alert.low) return "warn";
  if (station.last_query === null) return "wait";
  return station.last_query.ok ? "ok" : "err";
}

/** A site that works still needs somebody when its money runs out or its key is dead. */
export function withMoney(shape: Shape, station: StationView): Shape {
  if (shape === "off" || shape === "err") return shape;
  if (station.balance !== null && dead.has(station.balance.state)) return "err";
  return station.alert.low ? "warn" : shape;
}

/** `07:02` today, else the day. */
export function moment(iso: string): string {
  const time = new Date(iso);
  return sameDay(time, new Date()) ? clock(time).slice(0, 5) : day(time, locale.language);
}

export type Mark = { kind: "due" | "done" | "old"; text: string; hint: string };

/** The check-in of a row: done, due, or nothing to do. */
export function checkinMark(station: StationView): Mark | null {
  const { checkin } = station;
  if (checkin.how === "none") return null;
  const word = said("checkinStates", checkin.state, "");
  if (checkin.due) return { kind: "due", text: t("checkins.due"), hint: word };
  if (checkin.done_at === null) return null;
  return { kind: "done", text: moment(checkin.done_at), hint: word };
}

/** Farther days need their year, ms. */
const withinYear = 330 * 86_400_000;

/** A day of the calendar that the server writes: `2027-01-19` becomes `19 Jan`, unless it is far. */
export function calendarDay(iso: string): string {
  if (Date.parse(iso) - Date.now() > withinYear) return iso;
  const [year, month, date] = iso.split("-").map(Number);
  return day(new Date(year ?? 1970, (month ?? 1) - 1, date ?? 1), locale.language);
}

/** Consumed per day in the unit of the balance: money at the rate that is set, or the station's own units. */
export function burnText(station: StationView, cnyPerUsd: number): string {
  const { burn_usd_per_day: usd, burn_per_day: own } = station.figures;
  const unit = station.balance === null ? "usd" : unitOf(station.balance, "station");
  if (usd !== null) return unit === "cny" ? amount(usd * cnyPerUsd, "cny") : amount(usd, "usd");
  return own === null ? missing : amount(own, "tokens");
}

/** Consumed in all, likewise; where the ledger and the station say nothing, what the balance says. */
export function consumedText(station: StationView, cnyPerUsd: number): string {
  const { balance, figures } = station;
  const unit = balance === null ? "usd" : unitOf(balance, "station");
  if (figures.consumed_usd !== null) return unit === "cny" ? amount(figures.consumed_usd * cnyPerUsd, "cny") : amount(figures.consumed_usd, "usd");
  return balance === null ? missing : amount(used(balance, cnyPerUsd)[unit], unit);
}

/** Whole days, few ones with a decimal: `60`, `1.5`. */
export const daysText = (days: number): string => (days >= 1_000 ? "999+" : days < 3 ? days.toFixed(1).replace(/\.0$/, "") : String(Math.floor(days)));

/** Below so many days what is left is worth a warning. */
export const fewDays = 3;
