const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export type Language = "en" | "zh-CN";

const two = (number: number): string => String(number).padStart(2, "0");

/** 24 h with seconds: `14:32:20`. */
export function clock(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** Dates in records: `2025-11-13`. */
export function isoDay(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** Dates elsewhere: `13 Nov`, `11-13`. */
export function day(time: Date, language: Language): string {
  if (language === "zh-CN") return `${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${time.getDate()} ${months[time.getMonth()]}`;
}

/** The full stamp, for tooltips. */
export function stamp(time: Date): string {
  return `${isoDay(time)} ${clock(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

export function sameDay(left: Date, right: Date): boolean {
  return isoDay(left) === isoDay(right);
}

export type Age =
  | { unit: "now" }
  | { unit: "seconds" | "minutes" | "hours" | "days"; count: number }
  | { unit: "date" };

/** How long ago, in the unit to say it in; after seven days the date. The words are in the locale files. */
export function age(seconds: number): Age {
  if (seconds < 5) return { unit: "now" };
  if (seconds < 60) return { unit: "seconds", count: Math.floor(seconds) };
  if (seconds < 3_600) return { unit: "minutes", count: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { unit: "hours", count: Math.floor(seconds / 3_600) };
  if (seconds < 7 * 86_400) return { unit: "days", count: Math.floor(seconds / 86_400) };
  return { unit: "date" };
}
