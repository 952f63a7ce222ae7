// Findings of a connectivity check in words, and what to try next.
import type { ErrorView } from "../../../api/generated/ErrorView";
import type { PingEndpoint } from "../../../api/generated/PingEndpoint";
import type { Shape } from "../../../icons/shape.ts";
import { said, t } from "../../../locale/translate.svelte.ts";

const shapes: Record<string, Shape> = { ok: "ok", warn: "warn", err: "err", off: "off" };

export const shapeOfState = (state: string): Shape => shapes[state] ?? "wait";

const valuesOf = (found: ErrorView): Record<string, string> => Object.fromEntries(found.params);

/** `61 chunks, largest gap 0.14 s`; a refusal as `401, key not known there`. */
export function findingWords(found: ErrorView): string {
  const values = valuesOf(found);
  const own = said("pingSaid", found.code, "", values);
  if (own !== "") return own;
  const cause = said("causes", found.code, found.message ?? found.code);
  return values["status"] === undefined ? cause : t("connect.refused", { status: values["status"], cause });
}

/** The upstream's own words, where it had some. */
export const upstreamWords = (found: ErrorView): string => valuesOf(found)["says"] ?? "";

export const nextThing = (found: ErrorView): string => said("pingNext", found.code, "");

export const endpointName = (endpoint: PingEndpoint, twice: boolean): string => (endpoint.stream && twice ? t("connect.streaming", { path: endpoint.path }) : endpoint.path);

/** The end of a scale that holds `most`, ms: 1, 2 or 5 times a power of ten, 100 at least. */
export function scaleEnd(most: number): number {
  let power = 100;
  for (;;) {
    for (const times of [1, 2, 5]) if (power * times >= most) return power * times;
    power *= 10;
  }
}
