import { missing, nbsp } from "./space.ts";

/** Time to first token, in seconds: `1.18 s`. */
export function firstToken(ms: number | null): string {
  return ms === null ? missing : `${(ms / 1_000).toFixed(2)}${nbsp}s`;
}

/** `0.97 s`, `23.3 s`, `1m 26s`, `2h 05m`. */
export function duration(ms: number | null): string {
  if (ms === null) return missing;
  // The bounds are where rounding would reach the next form.
  if (ms < 995) return `${(ms / 1_000).toFixed(2)}${nbsp}s`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)}${nbsp}s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${nbsp}${seconds % 60}s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}h${nbsp}${String(minutes % 60).padStart(2, "0")}m`;
}

/** Network phases, in milliseconds: `504 ms`, `0.4 ms`. */
export function phase(ms: number | null): string {
  if (ms === null) return missing;
  return `${ms < 9.95 ? ms.toFixed(1) : String(Math.round(ms))}${nbsp}ms`;
}

/** When something came, among network phases: `504 ms`, `1.18 s`. */
export function moment(ms: number | null): string {
  return ms !== null && ms < 999.5 ? phase(ms) : firstToken(ms);
}

/** Distance from a moment: `+1.18 s`. */
export function offset(ms: number | null): string {
  return ms === null ? missing : `+${firstToken(ms)}`;
}

/** In rows: `2:10`. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** In banners: whole minutes, never 0 while time is left. */
export function countdownMinutes(seconds: number): number {
  return Math.max(0, Math.ceil(seconds / 60));
}
