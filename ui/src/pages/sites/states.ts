// States of sites and keys as shapes and words.
import type { CoolingView } from "../../api/generated/CoolingView";
import type { KeyView } from "../../api/generated/KeyView";
import type { SiteView } from "../../api/generated/SiteView";
import { countdown, duration } from "../../format/duration.ts";
import type { Shape } from "../../icons/shape.ts";
import { said, t } from "../../locale/translate.svelte.ts";

const ofHealth: Record<string, Shape> = { ok: "ok", attention: "warn", failed: "err", idle: "wait" };
const ofKey: Record<string, Shape> = { active: "ok", cooling: "wait", "half-open": "live", exhausted: "warn", invalid: "err", disabled: "off" };

/** From here on a countdown is told in hours and minutes, s. */
const longCountdown = 3_600;

export const siteShape = (site: SiteView): Shape => (site.enabled ? (ofHealth[site.health] ?? "wait") : "off");

export const siteState = (site: SiteView): string => said("health", site.enabled ? site.health : "off", site.health);

export const keyShape = (key: KeyView): Shape => ofKey[key.enabled ? key.state : "disabled"] ?? "wait";

/** Whether a request could be given to it. */
export const isUsable = (key: KeyView): boolean => key.enabled && (key.state === "active" || key.state === "half-open");

/** `2:10`, `3h 05m`; nothing when the end is past or unknown. */
export function timeLeft(until: string | null, now: number): string {
  if (until === null) return "";
  const seconds = (Date.parse(until) - now) / 1_000;
  if (!(seconds > 0)) return "";
  return seconds < longCountdown ? countdown(seconds) : duration(seconds * 1_000);
}

/** `Cooling 2:10`. A cool-down whose end has passed waits for its trial. */
export function keyWord(key: KeyView, now: number): string {
  if (!key.enabled) return t("keyState.disabled");
  if (key.state !== "cooling") return said("keyState", key.state, key.state);
  const left = timeLeft(key.until, now);
  return left === "" ? t(key.until === null ? "keyState.cooling" : "keyState.half-open") : t("keyState.coolingFor", { time: left });
}

export const causeWord = (cause: string): string => said("causes", cause, cause);

/** `claude-opus: model not available, 3h 05m`. */
export function coolingWords(cooling: CoolingView, now: number): string {
  const [cause, time] = [causeWord(cooling.cause), timeLeft(cooling.until, now)];
  const words = time === "" ? cause : t("site.causeFor", { cause, time });
  return cooling.scope === null ? words : t("site.scoped", { scope: cooling.scope, words });
}

export const dialectsOf = (site: SiteView): string =>
  said("dialects", site.api === "auto" ? (site.api_found ?? "auto") : site.api, site.api);

export function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

/** Only an address of the web becomes a link. */
export const checkinPage = (site: SiteView): string | null =>
  site.checkin_url !== null && /^https?:\/\//i.test(site.checkin_url) ? site.checkin_url : null;

/** `default`, `fallback 2`, or nothing outside of the default route. */
export function routeWord(position: number | null): string {
  if (position === null) return "";
  return position === 0 ? t("site.default") : t("site.fallback", { number: position });
}
