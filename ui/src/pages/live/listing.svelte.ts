// What the table shows: the live list and the older rows, filtered, sorted, and held still while it is read.
import { live, type Exchange } from "../../state/live.svelte.ts";
import { history } from "./history.svelte.ts";
import { fitsFacets, fitsWords, isEmptyQuery, noPicks, parseQuery, serverQuery, type Facet, type Picks } from "./query.ts";
import { compare, type SortKey } from "./sort.ts";

class Listing {
  text = $state("");
  picks = $state.raw<Picks>(noPicks);
  sortKey = $state<SortKey>("time");
  descending = $state(true);

  paused = $state(false);
  pointerOver = $state(false);
  atTop = $state(true);
  /** After a clearing older rows come back only when asked for. */
  older = $state(true);

  query = $derived(parseQuery(this.text));
  filtered = $derived(!isEmptyQuery(this.query, this.picks));
  parameters = $derived(serverQuery(this.query, this.picks));
  holding = $derived(this.paused || this.pointerOver || !this.atTop);

  /** The last arrival shown while the table is held still. */
  #frontier = $state<number | null>(null);

  #everything = $derived.by(() => {
    void live.structure;
    if (history.rows.length === 0 || !this.#reachesBack) return live.list;
    const shown = new Set(live.list.map((exchange) => exchange.id));
    return [...live.list, ...history.rows.filter((exchange) => !shown.has(exchange.id))];
  });

  #reachesBack = $derived(this.older || this.query.words.length > 0);

  #matching = $derived.by(() => {
    const found = new Set(this.query.words.length > 0 ? history.rows.map((exchange) => exchange.id) : []);
    const kept = this.#everything.filter(
      ({ id, row }) =>
        fitsFacets(row, this.query, this.picks) && (fitsWords(row, this.query.words) || found.has(id)),
    );
    return kept.sort(compare(this.sortKey, this.descending));
  });

  rows = $derived.by((): readonly Exchange[] => {
    const frontier = this.#frontier;
    if (frontier === null) return this.#matching;
    return this.#matching.filter((exchange) => exchange.sequence <= frontier);
  });

  waiting = $derived(this.#matching.length - this.rows.length);
  total = $derived(this.#everything.length);
  hidden = $derived(this.total - this.#matching.length);

  /** Keeps the frontier in step with `holding`; call inside an effect. */
  keep(): void {
    if (!this.holding) this.#frontier = null;
    else if (this.#frontier === null && live.list.length > 0) this.#frontier = live.sequence;
  }

  release(): void {
    this.#frontier = this.holding ? live.sequence : null;
  }

  sortBy(key: SortKey): void {
    if (key !== this.sortKey) [this.sortKey, this.descending] = [key, true];
    else if (this.descending) this.descending = false;
    else [this.sortKey, this.descending] = ["time", true];
  }

  pick(facet: Facet, values: readonly string[]): void {
    this.picks = { ...this.picks, [facet]: values };
  }

  clearFilter(): void {
    this.text = "";
    this.picks = noPicks;
  }
}

export const listing = new Listing();
