import type { CostBasis } from "../api/generated/CostBasis";
import type { CostView } from "../api/generated/CostView";
import { minus, missing, nbsp } from "./space.ts";

const twoDecimals = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const noDecimals = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

// Half a mill: what three decimals would round to zero.
const leastShown = 0.0005;

function signed(amount: number, text: string): string {
  return amount < 0 ? minus + text : text;
}

/** Cost of one request: `$0.057`, `~$0.067`, `$0.000` when failed, `—` when the model has no price. */
export function requestCost(cost: CostView): string {
  if (cost.basis === "none") return "$0.000";
  if (cost.basis === "unpriced" || cost.usd === null) return missing;
  return marked(cost.usd > 0 && cost.usd < leastShown ? "<$0.001" : `$${cost.usd.toFixed(3)}`, cost.basis);
}

/** An estimate says so. */
export function marked(text: string, basis: CostBasis): string {
  return basis === "estimate" ? `~${text}` : text;
}

/** One line of a bill, as in station logs: `$0.0565`, but never nothing for something. */
export function lineCost(usd: number): string {
  return usd > 0 && usd < 0.00005 ? "<$0.0001" : loggedCost(usd);
}

/** Beside the cost of one request: `¥0.41`, `<¥0.01`. */
export function requestRenminbi(cny: number): string {
  return cny > 0 && cny < 0.005 ? "<¥0.01" : renminbi(cny);
}

/** Cost in station logs: `$0.0565`. */
export function loggedCost(usd: number | null): string {
  return usd === null ? missing : signed(usd, `$${Math.abs(usd).toFixed(4)}`);
}

/** Totals and balances: `$128.40`, `$1,024.00`. */
export function dollars(usd: number | null): string {
  return usd === null ? missing : signed(usd, `$${twoDecimals.format(Math.abs(usd))}`);
}

/** `¥62.90`; no decimals from 1,000 on: `¥1,526`. */
export function renminbi(cny: number | null): string {
  if (cny === null) return missing;
  const amount = Math.abs(cny);
  return signed(cny, `¥${(amount < 1_000 ? twoDecimals : noDecimals).format(amount)}`);
}

/** Second currency: `≈ ¥70.06`, in the sidebar only. */
export function about(text: string): string {
  return `≈${nbsp}${text}`;
}

/** Price of a million tokens: `$3`, `$0.30`, `$18.75`. */
export function price(usd: number): string {
  return `$${Number.isInteger(usd) ? String(usd) : usd.toFixed(usd < 0.1 ? 3 : 2)}`;
}
