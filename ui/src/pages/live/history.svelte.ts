// What is older than the live list, or found by the server's search: read page by page.
import { asFault, type Fault } from "../../api/fault.ts";
import { readPage, type Page } from "../../api/exchanges.ts";
import { live, type Exchange } from "../../state/live.svelte.ts";

/** Rows of one page. */
const pageSize = 100;

/** Most rows that the server gives at once. */
const mostRows = 1_000;

/** Pages read in a row without anybody scrolling or asking. */
const unasked = 5;

class History {
  rows = $state.raw<readonly Exchange[]>([]);
  busy = $state(false);
  done = $state(false);
  fault = $state.raw<Fault | null>(null);

  /** Pages that may still be read unasked. */
  budget = $state(unasked);

  #key = "";
  #parameters: Record<string, string> = {};
  #next: string | undefined;
  #abort: AbortController | null = null;

  /** Starts over when the question is another one. */
  ask(parameters: Record<string, string>): void {
    const key = JSON.stringify(parameters);
    if (key === this.#key) return;
    this.#key = key;
    this.#parameters = parameters;
    this.reset();
  }

  reset(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#next = undefined;
    this.rows = [];
    this.busy = false;
    this.done = false;
    this.fault = null;
    this.budget = unasked;
  }

  /** Somebody wants more. */
  allow(): void {
    this.budget = unasked;
  }

  async more(): Promise<void> {
    if (this.busy || this.done) return;
    this.busy = true;
    this.budget -= 1;
    const abort = new AbortController();
    this.#abort = abort;
    try {
      // The store begins at the newest row: what the live list shows already is passed over in one go.
      // Of a search every page counts, because it tells which of those rows fit.
      const searching = this.#parameters["q"] !== undefined;
      let news = false;
      while (!news && !this.done) {
        const limit = searching ? pageSize : Math.min(mostRows, Math.max(pageSize, live.list.length - this.rows.length));
        const page = await readPage({ ...this.#parameters, limit, before: this.#next }, abort.signal);
        if (abort.signal.aborted) return;
        news = this.#take(page) || searching;
      }
      this.fault = null;
    } catch (reason) {
      if (abort.signal.aborted) return;
      this.fault = asFault(reason);
      this.done = true;
    }
    this.busy = false;
  }

  /** Whether the page brought a row that was not shown. */
  #take(page: Page): boolean {
    const shown = new Set([...live.list, ...this.rows].map((exchange) => exchange.id));
    const seen = new Set(this.rows.map((exchange) => exchange.id));
    const added = page.requests.filter((row) => !seen.has(row.id)).map((row) => live.adopt(row));
    this.rows = [...this.rows, ...added];
    this.#next = page.next ?? undefined;
    this.done = page.next === null;
    return added.some((exchange) => !shown.has(exchange.id));
  }
}

export const history = new History();
