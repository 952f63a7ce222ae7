import type { SiteView } from "../../../api/generated/SiteView";
import { dialectsOf, hostOf, isUsable } from "../states.ts";
import { figures } from "../figures.svelte.ts";

export type SortKey = "order" | "name" | "api" | "keys" | "requests" | "failed" | "ttft" | "speed" | "route" | "address";

const values: Record<SortKey, (site: SiteView) => string | number | null> = {
  order: () => null,
  name: (site) => site.name.toLowerCase(),
  api: dialectsOf,
  keys: (site) => site.keys.filter(isUsable).length,
  requests: (site) => figures.of(site.name).requests,
  failed: (site) => figures.of(site.name).failed,
  ttft: (site) => figures.of(site.name).ttft,
  speed: (site) => figures.of(site.name).speed,
  route: (site) => site.route_position,
  address: (site) => hostOf(site.base_url),
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
