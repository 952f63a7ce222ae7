import { missing } from "./space.ts";

const grouped = new Intl.NumberFormat("en-US");

/** For tables: `412`, `58.4k`, `148k`, `8.41M`. */
export function tokens(count: number | null): string {
  if (count === null) return missing;
  if (count < 1_000) return String(Math.round(count));
  // The bounds are where rounding would add a digit: 99,950 is 100k, 999,500 is 1.00M.
  if (count < 99_950) return `${(count / 1_000).toFixed(1)}k`;
  if (count < 999_500) return `${Math.round(count / 1_000)}k`;
  return `${(count / 1_000_000).toFixed(2)}M`;
}

/** For the detail and station logs: `58,410`. */
export function exactCount(count: number | null): string {
  return count === null ? missing : grouped.format(count);
}
