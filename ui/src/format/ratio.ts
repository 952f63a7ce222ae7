import { minus, missing } from "./space.ts";

/** Output tokens per second: `84`. */
export function speed(tokensPerSecond: number | null): string {
  return tokensPerSecond === null ? missing : String(Math.round(tokensPerSecond));
}

/** Of a share between 0 and 1: `94%`. */
export function percent(share: number | null): string {
  return share === null ? missing : `${Math.round(share * 100)}%`;
}

/** A factor: `1.0`, `0.35`, `1.125`. */
export function ratio(value: number): string {
  const text = String(Number(value.toFixed(3)));
  return text.includes(".") ? text : `${text}.0`;
}

/** Deviation with its sign: `−0.3%`, `+1.2%`. */
export function deviation(share: number | null): string {
  if (share === null) return missing;
  const text = `${Math.abs(share * 100).toFixed(1)}%`;
  if (text === "0.0%") return text;
  return (share < 0 ? minus : "+") + text;
}
