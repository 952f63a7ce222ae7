// Models that a site is known to have answered with: those of the live list.
import type { SiteView } from "../../../api/generated/SiteView";
import { live } from "../../../state/live.svelte.ts";

export function modelsOf(site: SiteView): string[] {
  const seen = live.list.filter(({ row }) => row.site === site.name && row.model !== null).map(({ row }) => row.model ?? "");
  return [...new Set([...Object.keys(site.aliases), ...seen])].filter((model) => model !== "");
}
