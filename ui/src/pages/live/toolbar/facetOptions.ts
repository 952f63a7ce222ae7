import { untrack } from "svelte";
import { t } from "../../../locale/translate.svelte.ts";
import { live } from "../../../state/live.svelte.ts";
import { history } from "../history.svelte.ts";
import { facetValue, fitsStatus, type Facet } from "../query.ts";

export type FacetOption = { value: string; label: string; count: number };

const statuses = ["ok", "failed", "running", "4xx", "5xx", "429"] as const;

/** What can be picked, with how many rows have it; the picked ones are always there. */
export function facetOptions(facet: Facet, picked: readonly string[]): FacetOption[] {
  const rows = untrack(() => [...new Set([...live.list, ...history.rows])].map((exchange) => exchange.row));
  if (facet === "status") {
    return statuses.map((value) => ({
      value,
      label: t(`filters.${value}`),
      count: rows.filter((row) => fitsStatus(row, value)).length,
    }));
  }
  const counts = new Map<string, number>(picked.map((value) => [value, 0]));
  for (const row of rows) {
    const value = facetValue(row, facet);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ({ value, label: value, count })).sort((left, right) => left.label.localeCompare(right.label));
}
