// Verdicts, outcomes and times of tests as shapes and words.
import type { Axis } from "../../../api/generated/Axis";
import type { Outcome } from "../../../api/generated/Outcome";
import type { Verdict } from "../../../api/generated/Verdict";
import type { VerifyRun } from "../../../api/generated/VerifyRun";
import { clock, day, sameDay } from "../../../format/clock.ts";
import type { IconName } from "../../../icons/names.ts";
import type { Shape } from "../../../icons/shape.ts";
import { locale, t } from "../../../locale/translate.svelte.ts";

export const axes: readonly Axis[] = ["identity", "protocol", "billing", "capability", "stability"];

/** A score from here on passes. */
export const passLine = 80;

const ofVerdict: Record<Verdict, Shape> = { genuine: "ok", consistent: "ok", mixed: "warn", contradicted: "err", unverifiable: "off" };
const ofOutcome: Record<Outcome, Shape> = { pass: "ok", warn: "warn", fail: "err", neutral: "off", skipped: "off" };
const icons: Record<Verdict, IconName> = { genuine: "shield-check", consistent: "shield", mixed: "shield-alert", contradicted: "shield-x", unverifiable: "shield-question-mark" };

export const outcomeShape = (outcome: Outcome): Shape => ofOutcome[outcome];
export const verdictIcon = (verdict: Verdict): IconName => icons[verdict];
export const verdictShape = (verdict: Verdict): Shape => ofVerdict[verdict];

export const runShape = (run: VerifyRun): Shape => (run.state === "running" ? "live" : run.verdict === null ? "err" : ofVerdict[run.verdict]);

export function runWord(run: VerifyRun): string {
  if (run.state === "running") return t("verify.running");
  return run.verdict === null ? t("verify.failedTitle") : t(`verify.${run.verdict}`);
}

export const percent = (share: number): string => (share > 0 && share < 0.01 ? "<1%" : `${Math.round(share * 100)}%`);

/** `Today 14:20`, `13 Nov`. */
export function runTime(run: VerifyRun, now: number): string {
  const began = new Date(run.started);
  return sameDay(began, new Date(now)) ? t("verify.today", { time: clock(began).slice(0, 5) }) : day(began, locale.language);
}

/** Time that is left when calls go on as they went, ms; nothing while too little is known. */
export function timeLeft(elapsed: number, answered: number, expected: number): number | null {
  if (answered < 3 || expected <= answered) return null;
  return (elapsed / answered) * (expected - answered);
}
