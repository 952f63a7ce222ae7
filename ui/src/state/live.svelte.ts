import type { ExchangeRow } from "../api/generated/ExchangeRow";
import type { Message } from "../api/generated/Message";
import type { Progress } from "../api/generated/Progress";
import type { ProxyView } from "../api/generated/ProxyView";
import type { Totals } from "../api/generated/Totals";

/** Rows the window keeps, finished ones beyond it go; the server still has them. */
const mostRows = 10_000;

/** One exchange. Whoever reads `row` is redrawn when this exchange changes, and nobody else. */
export class Exchange {
  row: ExchangeRow = $state.raw() as ExchangeRow;
  readonly id: string;
  /** Place in the order of arrival in this window; 0 for what came from the store. */
  readonly sequence: number;
  /** Moment of arrival in this window, for the tint of new rows; `null` when it was not new. */
  readonly arrived: number | null;

  constructor(row: ExchangeRow, sequence: number, arrived: number | null) {
    this.row = row;
    this.id = row.id;
    this.sequence = sequence;
    this.arrived = arrived;
  }
}

class Live {
  /** Newest first. */
  list = $state.raw<readonly Exchange[]>([]);
  totals = $state.raw<Totals | null>(null);
  proxy = $state.raw<ProxyView | null>(null);
  /** Whether the first snapshot has come. */
  ready = $state(false);
  /** Counts what changes the order or the facets of rows, so that filters need not watch every row. */
  structure = $state(0);
  /** Counts how often the list was emptied. */
  clearings = $state(0);

  revision = 0;
  run = "";
  sequence = 0;
  /** The next word of a clearing is the echo of our own, which is shown already. */
  #ownClearing = false;
  readonly #known = new Map<string, Exchange>();

  running = $derived.by(() => {
    void this.structure;
    return this.list.filter((exchange) => exchange.row.phase !== "finished").length;
  });

  find(id: string): Exchange | undefined {
    return this.#known.get(id);
  }

  /** A row from the store: the live one if it is still here. */
  adopt(row: ExchangeRow): Exchange {
    const known = this.#known.get(row.id);
    if (known !== undefined) return known;
    const exchange = new Exchange(row, 0, null);
    this.#known.set(row.id, exchange);
    return exchange;
  }

  apply(message: Message): void {
    this.revision = Math.max(this.revision, message.revision);
    switch (message.type) {
      case "snapshot":
        this.#ownClearing = false;
        this.run = message.run;
        this.revision = message.revision;
        this.totals = message.totals;
        this.proxy = message.proxy;
        this.#replace(message.exchanges);
        this.ready = true;
        break;
      case "started":
        this.#add(message.exchanges);
        break;
      case "progress":
        for (const progress of message.exchanges) this.#progress(progress);
        break;
      case "finished":
        this.#finish(message.exchanges);
        break;
      case "totals":
        this.totals = message.totals;
        this.proxy = message.proxy;
        break;
      case "cleared":
        if (this.#ownClearing) this.#ownClearing = false;
        else this.clear();
        break;
    }
  }

  /** Running exchanges stay. */
  clear(): void {
    this.list = this.list.filter((exchange) => exchange.row.phase !== "finished");
    this.#forget();
    this.clearings += 1;
    this.structure += 1;
  }

  expectClearing(): void {
    this.#ownClearing = true;
  }

  /** Puts back what `clear` took; what has arrived since stays on top. */
  restore(before: readonly Exchange[]): void {
    const known = new Set(this.list.map((exchange) => exchange.id));
    const back = before.filter((exchange) => !known.has(exchange.id));
    const all = [...this.list, ...back].sort((left, right) => right.sequence - left.sequence);
    this.list = all.slice(0, mostRows);
    this.#forget();
    this.structure += 1;
  }

  #replace(rows: readonly ExchangeRow[]): void {
    const base = this.sequence;
    this.sequence += rows.length;
    this.list = rows.map((row, index) => {
      const known = this.#known.get(row.id);
      if (known === undefined) return new Exchange(row, base + rows.length - index, null);
      known.row = row;
      return known;
    });
    this.#forget();
    this.structure += 1;
  }

  #add(rows: readonly ExchangeRow[]): void {
    const added: Exchange[] = [];
    for (const row of rows) {
      const known = this.#known.get(row.id);
      if (known !== undefined) {
        known.row = row;
        continue;
      }
      const exchange = new Exchange(row, ++this.sequence, performance.now());
      this.#known.set(row.id, exchange);
      added.unshift(exchange);
    }
    this.list = [...added, ...this.list].slice(0, mostRows);
    this.structure += 1;
  }

  #progress(progress: Progress): void {
    const exchange = this.#known.get(progress.id);
    if (exchange === undefined || exchange.row.phase === "finished") return;
    const { ttfb_ms, ttft_ms, ...rest } = progress;
    const turned = exchange.row.phase !== progress.phase || exchange.row.status !== progress.status;
    exchange.row = { ...exchange.row, ...rest, timing: { ...exchange.row.timing, ttfb_ms, ttft_ms } };
    if (turned) this.structure += 1;
  }

  #finish(rows: readonly ExchangeRow[]): void {
    for (const row of rows) {
      const known = this.#known.get(row.id);
      if (known === undefined) this.#add([row]);
      else known.row = row;
    }
    this.structure += 1;
  }

  #forget(): void {
    this.#known.clear();
    for (const exchange of this.list) this.#known.set(exchange.id, exchange);
  }
}

export const live = new Live();
