// Matches of a text in a body. The server names the lines that hold it, and how often each does.
import { findLines, type Form, type Side } from "../../../../api/exchanges.ts";
import { asFault, type Fault } from "../../../../api/fault.ts";

/** A line of the body, and which of its matches. */
export type Match = { line: number; place: number };

export class Search {
  /** Matches in the lines that were named. */
  count = $state(0);
  /** Whether there are others, in later lines. */
  more = $state(false);
  at = $state(0);
  match = $state.raw<Match | null>(null);
  fault = $state.raw<Fault | null>(null);
  asked = $state("");

  readonly #body: readonly [string, Side, Form];
  #lines: readonly number[] = [];
  /** Matches up to the end of each line. */
  #ends: readonly number[] = [];
  #question = 0;

  constructor(id: string, side: Side, form: Form) {
    this.#body = [id, side, form];
  }

  async ask(wanted: string): Promise<void> {
    const mine = ++this.#question;
    this.fault = null;
    if (wanted === "") return this.#start("", [], [], false);
    try {
      const found = await findLines(...this.#body, wanted);
      if (mine === this.#question) this.#start(wanted, found.lines, found.times, found.more);
    } catch (reason) {
      if (mine !== this.#question) return;
      this.#start(wanted, [], [], false);
      this.fault = asFault(reason);
    }
  }

  /** So many matches on; from the last to the first and back. */
  go(by: number): void {
    if (this.count > 0) this.#stand((this.at + by + this.count) % this.count);
  }

  #start(wanted: string, lines: readonly number[], times: readonly number[], more: boolean): void {
    let end = 0;
    this.asked = wanted;
    this.#lines = lines;
    this.#ends = times.map((here) => (end += here));
    this.count = end;
    this.more = more;
    this.match = null;
    this.at = 0;
    if (end > 0) this.#stand(0);
  }

  #stand(at: number): void {
    const index = this.#ends.findIndex((end) => end > at);
    this.at = at;
    this.match = { line: this.#lines[index] ?? 0, place: at - (this.#ends[index - 1] ?? 0) };
  }
}
