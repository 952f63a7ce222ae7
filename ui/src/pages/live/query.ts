// What the filter box understands: `text model:opus status:5xx project:"my app"`.
import type { ExchangeRow } from "../../api/generated/ExchangeRow";

export const facets = ["status", "model", "project", "site", "client"] as const;
export type Facet = (typeof facets)[number];

export type Picks = Readonly<Record<Facet, readonly string[]>>;
export const noPicks: Picks = { status: [], model: [], project: [], site: [], client: [] };

export type Query = {
  /** Free words, lower case; all of them must occur. */
  words: readonly string[];
  /** Typed `facet:value` pairs, lower case; one of the values of each facet must fit. */
  typed: Readonly<Partial<Record<Facet, readonly string[]>>>;
};

const term = /(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi;

const isFacet = (name: string): name is Facet => (facets as readonly string[]).includes(name);

export function parseQuery(text: string): Query {
  const words: string[] = [];
  const typed: Partial<Record<Facet, string[]>> = {};
  for (const [whole, name, quoted, bare] of text.matchAll(term)) {
    const facet = name?.toLowerCase();
    const value = (quoted ?? bare ?? "").toLowerCase();
    if (facet === undefined || !isFacet(facet)) words.push((quoted ?? whole).toLowerCase());
    else if (value !== "") typed[facet] = [...(typed[facet] ?? []), value];
  }
  return { words: words.filter((word) => word !== ""), typed };
}

export function isFailed(row: ExchangeRow): boolean {
  return row.phase === "finished" && row.outcome !== "done" && row.outcome !== "client_left";
}

/** `ok`, `failed`, `running`, an outcome, `4xx`, `429`. */
export function fitsStatus(row: ExchangeRow, wanted: string): boolean {
  if (wanted === "running") return row.phase !== "finished";
  if (wanted === "failed") return isFailed(row);
  if (wanted === "ok") return row.phase === "finished" && row.outcome === "done";
  if (/^\dxx$/.test(wanted)) return row.status !== null && String(row.status).startsWith(wanted.charAt(0));
  if (/^\d+$/.test(wanted)) return row.status !== null && String(row.status).startsWith(wanted);
  return row.outcome === wanted;
}

function fitsTyped(row: ExchangeRow, facet: Facet, value: string): boolean {
  if (facet === "status") return fitsStatus(row, value);
  if (facet === "model") {
    return [row.model, row.model_served].some((name) => name?.toLowerCase().includes(value) === true);
  }
  return row[facet]?.toLowerCase().includes(value) === true;
}

/** The client without its version: `Claude Code`. */
export const clientName = (client: string): string => client.replace(/[ /]v?\d[\w.+-]*$/, "");

export function facetValue(row: ExchangeRow, facet: Exclude<Facet, "status">): string | null {
  const value = row[facet];
  return facet === "client" && value !== null ? clientName(value) : value;
}

function fitsPicks(row: ExchangeRow, facet: Facet, values: readonly string[]): boolean {
  if (values.length === 0) return true;
  if (facet === "status") return values.some((value) => fitsStatus(row, value));
  const value = facetValue(row, facet);
  return value !== null && values.includes(value);
}

/** Everything but the free words, which the server looks for in bodies as well. */
export function fitsFacets(row: ExchangeRow, query: Query, picks: Picks): boolean {
  return facets.every((facet) => {
    const typed = query.typed[facet];
    return (typed === undefined || typed.some((value) => fitsTyped(row, facet, value))) && fitsPicks(row, facet, picks[facet]);
  });
}

export function fitsWords(row: ExchangeRow, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = [row.id, row.model, row.model_served, row.path, row.project, row.client, row.site, row.key, row.error?.message]
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

export function isEmptyQuery(query: Query, picks: Picks): boolean {
  return query.words.length === 0 && Object.keys(query.typed).length === 0 && facets.every((facet) => picks[facet].length === 0);
}

/** Parameters for the server. Several values of one facet are sorted out here: it takes one of each. */
export function serverQuery(query: Query, picks: Picks): Record<string, string> {
  const parameters: Record<string, string> = {};
  if (query.words.length > 0) parameters["q"] = query.words.join(" ");
  for (const facet of facets) {
    const [only, second] = picks[facet];
    // The server knows clients with their version, the list shows them without.
    if (only !== undefined && second === undefined && facet !== "client") parameters[facet] = only;
  }
  return parameters;
}
