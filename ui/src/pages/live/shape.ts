import type { ExchangeRow } from "../../api/generated/ExchangeRow";
import type { Shape } from "../../icons/shape.ts";

/** A stream slower than this to its first token needs attention, ms. */
const slowFirstToken = 10_000;

/** Shape of a row: first what went wrong, then what was odd. */
export function shapeOf(row: ExchangeRow): Shape {
  if (row.phase === "waiting") return "wait";
  if (row.phase === "streaming") return "live";
  if (row.outcome === "client_left") return "off";
  if (row.outcome === "interrupted" || row.outcome === "cut") return "warn";
  if (row.outcome !== "done") return "err";
  if (row.status !== null && row.status >= 400) return "err";
  if (row.attempts > 1 || (row.timing.ttft_ms ?? 0) > slowFirstToken) return "warn";
  return "ok";
}

/** Name of the outcome, for the locale files: a web page in place of an answer is no error that somebody told. */
export const outcomeName = (row: Pick<ExchangeRow, "outcome" | "error">): string => (row.error?.code === "not_the_api" ? row.error.code : row.outcome);

/** Headers and bodies are recorded when an exchange ends: of an interrupted one there is only its row. */
export const isRecorded = (row: Pick<ExchangeRow, "outcome">): boolean => row.outcome !== "interrupted";

const dialects: Record<string, string> = {
  anthropic: "Anthropic",
  "openai-chat": "OpenAI",
  "openai-responses": "OpenAI",
};

export function dialectName(dialect: string): string {
  return dialects[dialect] ?? dialect;
}

/** The bar is full at this duration, ms. */
const fullBar = 45_000;

const barWidth = (ms: number): number => Math.min(1, Math.sqrt(Math.max(0, ms) / fullBar));

/** Parts of the duration bar in percent: pale until the first token, solid for the stream. */
export function durationBar(total: number, firstToken: number | null, failed: boolean): { wait: number; stream: number } {
  const width = barWidth(total) * 100;
  if (failed || firstToken === null) return { wait: width, stream: 0 };
  // The whole bar is a root scale; inside it the two parts keep their true proportion.
  const wait = total > 0 ? Math.min(1, firstToken / total) * width : 0;
  return { wait, stream: width - wait };
}
