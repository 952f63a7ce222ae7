import type { Exchange } from "../../state/live.svelte.ts";
import { listing } from "./listing.svelte.ts";

class Selection {
  id = $state<string | null>(null);
  /** Whether the detail is shown. */
  open = $state(false);
  /** Kept although the row may leave the list. */
  exchange = $state.raw<Exchange | null>(null);

  /** Counts what brings the row into view: moves by key, and the detail when it closes and gives the focus back. */
  moves = $state(0);

  index = $derived(listing.rows.findIndex((exchange) => exchange.id === this.id));

  choose(exchange: Exchange, open = this.open): void {
    this.id = exchange.id;
    this.exchange = exchange;
    this.open = open;
  }

  /** By so many rows down; from nothing, the first row. */
  move(by: number): void {
    const rows = listing.rows;
    const to = this.index < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, this.index + by));
    const exchange = rows[to];
    if (exchange === undefined) return;
    this.choose(exchange);
    this.moves += 1;
  }

  close(): void {
    this.open = false;
    this.moves += 1;
  }
}

export const selection = new Selection();
