import type { ExchangeRow } from "../../api/generated/ExchangeRow";
import type { Exchange } from "../../state/live.svelte.ts";

export type SortKey = "time" | "model" | "project" | "site" | "input" | "output" | "cache" | "ttft" | "speed" | "total" | "cost";

/** 0 where the vendor said 0, `null` where it said nothing. */
export function cacheShare(row: ExchangeRow): number | null {
  const { input, cache_read } = row.tokens;
  return input === null || input === 0 || cache_read === null ? null : cache_read / input;
}

const keys: Record<SortKey, (row: ExchangeRow) => string | number | null> = {
  time: (row) => row.started_at,
  model: (row) => row.model,
  project: (row) => row.project,
  site: (row) => row.site,
  input: (row) => row.tokens.input,
  output: (row) => row.tokens.output,
  cache: cacheShare,
  ttft: (row) => row.timing.ttft_ms,
  speed: (row) => row.speed,
  total: (row) => row.timing.duration_ms,
  cost: (row) => row.cost.usd,
};

/** Unknown values stand last in both directions; equal ones newest first. */
export function compare(key: SortKey, descending: boolean): (left: Exchange, right: Exchange) => number {
  const value = keys[key];
  const sign = descending ? -1 : 1;
  return (left, right) => {
    const [a, b] = [value(left.row), value(right.row)];
    if (a !== null && b !== null && a !== b) return a < b ? -sign : sign;
    if (a === null && b !== null) return 1;
    if (a !== null && b === null) return -1;
    return left.row.started_at < right.row.started_at ? 1 : left.row.started_at > right.row.started_at ? -1 : right.sequence - left.sequence;
  };
}
