import { exactCount } from "../../format/tokens.ts";
import { t } from "../../locale/translate.svelte.ts";

/** The sentence why a text cannot be saved, or nothing. The server has the last word. */
export type Check = (text: string) => string;

export const whole =
  (least: number, most: number): Check =>
  (text) =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most
      ? ""
      : t("invalid.number", { least: exactCount(least), most: exactCount(most) });

export const port: Check = (text) => (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? "" : t("invalid.port"));

export const rate: Check = (text) => (Number(text) > 0 && Number.isFinite(Number(text)) ? "" : t("invalid.rate"));

export const webAddress: Check = (text) => (/^https?:\/\/[^\s/]+/.test(text) ? "" : t("invalid.address"));

export const outboundAddress: Check = (text) => (/^(https?|socks5h?):\/\/[^\s/]+/.test(text) ? "" : t("invalid.outbound"));

/** An amount in US dollars; 0 is one. */
export const usd: Check = (text) => (text !== "" && Number.isFinite(Number(text)) && Number(text) >= 0 && Number(text) <= 1_000_000 ? "" : t("invalid.amount"));

/** A path on a host, or nothing. */
export const path: Check = (text) => (text === "" || (text.startsWith("/") && !/\s/.test(text)) ? "" : t("invalid.path"));
