import { missing, nbsp } from "./space.ts";

const units = ["B", "KB", "MB", "GB", "TB"];

/** In powers of 1,024: `38.1 KB`, `200 MB`. */
export function bytes(count: number | null): string {
  if (count === null) return missing;
  let amount = count;
  let unit = 0;
  while (amount >= 1_023.95 && unit < units.length - 1) {
    amount /= 1_024;
    unit += 1;
  }
  const text = unit === 0 || Number.isInteger(amount) ? String(amount) : amount.toFixed(1);
  return `${text}${nbsp}${units[unit]}`;
}

/** For badges: without decimals below a megabyte: `214 KB`, `5.0 MB`. */
export function shortBytes(count: number): string {
  if (count >= 1_000 && count < 1_000_000) return `${Math.round(count / 1_024)}${nbsp}KB`;
  if (count >= 1_000_000 && count < 1_048_576) return `1.0${nbsp}MB`;
  return bytes(count);
}
