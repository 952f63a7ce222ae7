// What can be said about the fields of a site before the server is asked. The server has the last word.
import { exactCount } from "../../format/tokens.ts";
import { t } from "../../locale/translate.svelte.ts";

/** The longest share of a key under the weighted strategy. */
const mostWeight = 1_000;

/** Without a scheme https is meant. */
export function addressOf(text: string): URL | null {
  try {
    return new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  } catch {
    return null;
  }
}

/** `own` are the hosts under which this program itself is reached. */
export function siteAddress(text: string, own: readonly string[]): string {
  if (text === "") return t("invalid.noAddress");
  const address = /\s/.test(text) ? null : addressOf(text);
  if (address === null || address.hostname === "") return t("invalid.unreadableAddress");
  if (address.protocol !== "https:" && address.protocol !== "http:") return t("invalid.address");
  if (address.username !== "" || address.password !== "") return t("invalid.credentials");
  if (address.search !== "" || address.hash !== "" || /[?#]/.test(text)) return t("invalid.query");
  if (own.includes(address.host)) return t("errors.site_is_self");
  return "";
}

/** A name to begin with: the host without what every host has. */
export const nameFrom = (text: string): string => addressOf(text.trim())?.hostname.replace(/^(api|www)\./, "") ?? "";

/** Keys as they were pasted: one on each line. */
export const keyLines = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");

export function keysText(text: string): string {
  const keys = keyLines(text);
  if (keys.length === 0) return t("invalid.noKey");
  const spaced = keys.findIndex((key) => /\s/.test(key));
  if (spaced >= 0) return keys.length === 1 ? t("invalid.keySpaces") : t("invalid.keySpacesLine", { line: spaced + 1 });
  const strange = keys.findIndex((key) => /[^\x21-\x7e]/.test(key));
  if (strange >= 0) return t("invalid.keySigns", { line: strange + 1 });
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  return twice < 0 ? "" : t("invalid.keyTwice", { line: twice + 1 });
}

export const siteName = (text: string): string => (text === "" ? t("invalid.noName") : "");

export const webPage = (text: string): string => (text === "" || /^https?:\/\/[^\s/]+/.test(text) ? "" : t("invalid.address"));

export const multiplier = (text: string): string => (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0 ? "" : t("invalid.multiplier"));

export const weight = (text: string): string =>
  /^\d+$/.test(text) && Number(text) <= mostWeight ? "" : t("invalid.number", { least: 0, most: exactCount(mostWeight) });
