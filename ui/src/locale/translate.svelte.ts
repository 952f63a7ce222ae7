import type { ErrorView } from "../api/generated/ErrorView";
import type { Fault } from "../api/fault.ts";
import { age, clock, day, type Language } from "../format/clock.ts";
import { exactCount } from "../format/tokens.ts";
import english from "./en.json";
import chinese from "./zh-CN.json";

type Sections = typeof english;
export type Key = { [S in keyof Sections]: `${S}.${keyof Sections[S] & string}` }[keyof Sections];
export type Values = Readonly<Record<string, string | number>>;

type Table = Record<string, Record<string, string>>;
const tables: Record<Language, Table> = { en: english, "zh-CN": chinese };

class Locale {
  language = $state<Language>("en");
}

export const locale = new Locale();

function find(key: string): string | undefined {
  const dot = key.indexOf(".");
  return tables[locale.language][key.slice(0, dot)]?.[key.slice(dot + 1)];
}

/** `one|many` texts choose by `count`; Chinese has one form. */
function form(text: string, values: Values | undefined): string {
  const [one, many] = text.split("|");
  if (many === undefined || one === undefined) return text;
  return Number(String(values?.["count"]).replaceAll(",", "")) === 1 ? one : many;
}

function fill(text: string, values: Values | undefined): string {
  return form(text, values).replace(/\{(\w+)\}/g, (slot, name: string) => {
    const value = values?.[name] ?? slot;
    return typeof value === "number" ? exactCount(value) : value;
  });
}

export function t(key: Key, values?: Values): string {
  return fill(find(key) ?? key, values);
}

/** For names that come from the server: the text if there is one, else `fallback`. */
export function said(section: keyof Sections, name: string, fallback: string, values?: Values): string {
  const text = find(`${section}.${name}`);
  return text === undefined ? fallback : fill(text, values);
}

/** A refusal, or the reason of a choice, in words. A sentence whose values are missing gives way to the server's own message. */
export function sentence(error: ErrorView | Fault, section: "errors" | "why" | "problems" = "errors"): string {
  const message = error.message ?? "";
  const text = said(section, error.code, message, { message: message === "" ? "{message}" : message, ...Object.fromEntries(error.params) });
  if (/\{\w+\}/.test(text) && message !== "") return message;
  return text === "" ? error.code : text.replace(/[:：]?\s*\{\w+\}/g, "");
}

export function ago(time: Date, now: number): string {
  const passed = age(Math.max(0, (now - time.getTime()) / 1_000));
  if (passed.unit === "date") return day(time, locale.language);
  if (passed.unit === "now") return t("age.now");
  return t(`age.${passed.unit}`, { count: passed.count });
}

/** Time of a row: the clock today, day and clock before. */
export function rowTime(time: Date, today: string): string {
  return time.toDateString() !== today ? `${day(time, locale.language)} ${clock(time).slice(0, 5)}` : clock(time);
}
