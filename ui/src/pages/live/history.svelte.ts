// What is older than the live list, or found by the server's search: read page by page.
import { asFault, type Fault } from "../../api/fault.ts";
import { readPage } from "../../api/exchanges.ts";
import { live, type Exchange } from "../../state/live.svelte.ts";

/** Rows of one page. */
const pageSize = 100;

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
      const page = await readPage({ ...this.#parameters, limit: pageSize, before: this.#next }, abort.signal);
      if (abort.signal.aborted) return;
      const seen = new Set(this.rows.map((exchange) => exchange.id));
      const added = page.requests.filter((row) => !seen.has(row.id)).map((row) => live.adopt(row));
      this.rows = [...this.rows, ...added];
      this.#next = page.next ?? undefined;
      this.done = page.next === null;
      this.fault = null;
    } catch (reason) {
      if (abort.signal.aborted) return;
      this.fault = asFault(reason);
      this.done = true;
    }
    this.busy = false;
  }
}

export const history = new History();
