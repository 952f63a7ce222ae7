import { dollars, renminbi } from "./cost.ts";
import { missing, nbsp } from "./space.ts";
import { tokens } from "./tokens.ts";

export type BalanceUnit = "usd" | "cny" | "tokens" | "unlimited";

/** In the station's own unit: `$25.00`, `2.41M tok`, `∞`; `—` where there is no interface. */
export function balance(amount: number | null, unit: BalanceUnit): string {
  if (unit === "unlimited") return "∞";
  if (amount === null) return missing;
  if (unit === "tokens") return `${tokens(amount)}${nbsp}tok`;
  return unit === "usd" ? dollars(amount) : renminbi(amount);
}
