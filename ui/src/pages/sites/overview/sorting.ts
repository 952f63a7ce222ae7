import type { SiteView } from "../../../api/generated/SiteView";
import { stationStore } from "../../../state/stationStore.svelte.ts";
import { kindWord } from "../../balance/words.ts";
import { runs } from "../../test/verify/runs.svelte.ts";
import { figures } from "../figures.svelte.ts";
import { isUsable } from "../states.ts";

export type SortKey = "order" | "name" | "kind" | "keys" | "balance" | "consumed" | "burn" | "days" | "ttft" | "verdict" | "checkin" | "price" | "asked" | "act";

const station = (site: SiteView) => stationStore.find(site.id);
const moment = (iso: string | null | undefined): number | null => (iso == null ? null : Date.parse(iso));

const values: Record<SortKey, (site: SiteView) => string | number | null> = {
  order: () => null,
  name: (site) => site.name.toLowerCase(),
  kind: (site) => kindWord(station(site)?.kind.id ?? "unknown"),
  keys: (site) => site.keys.filter(isUsable).length,
  // Money stands before what is counted in other units; a key without limit is more than any.
  balance: (site) => {
    const balance = station(site)?.balance ?? null;
    return balance === null ? null : (balance.remaining_usd ?? (balance.unlimited ? Infinity : null));
  },
  consumed: (site) => station(site)?.figures.consumed_usd ?? null,
  burn: (site) => station(site)?.figures.burn_usd_per_day ?? null,
  days: (site) => station(site)?.figures.days_left ?? null,
  ttft: (site) => figures.of(site.name).ttft,
  verdict: (site) => runs.of(site.id)[0]?.verdict ?? null,
  checkin: (site) => {
    const checkin = station(site)?.checkin;
    return checkin === undefined || checkin.how === "none" ? null : checkin.due ? 0 : (moment(checkin.done_at) ?? null);
  },
  price: (site) => station(site)?.figures.cny_per_usd ?? null,
  asked: (site) => moment(station(site)?.last_query?.at),
  act: () => null,
};

/** Unknown values stand last in both directions; equal ones keep the user's order. */
export function sorted(sites: readonly SiteView[], key: SortKey, descending: boolean): SiteView[] {
  if (key === "order") return [...sites];
  const value = values[key];
  const sign = descending ? -1 : 1;
  return [...sites].sort((left, right) => {
    const [a, b] = [value(left), value(right)];
    if (a === b) return 0;
    if (a === null) return 1;
    if (b === null) return -1;
    if (typeof a === "string" && typeof b === "string") return a.localeCompare(b) * sign;
    return a < b ? -sign : sign;
  });
}
