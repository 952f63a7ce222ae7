// Matches of a text in a body. The server names the lines that hold it; how often, is counted here, in what lies ahead.
import { findLines, readLines, type Form, type Side } from "../../../../api/exchanges.ts";
import { asFault, type Fault } from "../../../../api/fault.ts";
import { countMatches } from "../../../../code/matches.ts";

/** A line of the body, and which of its matches. */
export type Match = { line: number; place: number };

/** Counting rests after so many characters, and goes on when the last counted match is reached. */
const enough = 1_000_000;

/** Lines read in one go. */
const most = 200;

export class Search {
  /** Matches counted so far. */
  count = $state(0);
  /** Whether there are others, not counted. */
  more = $state(false);
  at = $state(0);
  match = $state.raw<Match | null>(null);
  fault = $state.raw<Fault | null>(null);
  asked = $state("");

  readonly #body: readonly [string, Side, Form];
  #lines: readonly number[] = [];
  /** Matches up to the end of each counted line. */
  #ends: number[] = [];
  #beyond = false;
  #counting: Promise<void> = Promise.resolve();
  #question = 0;

  constructor(id: string, side: Side, form: Form) {
    this.#body = [id, side, form];
  }

  async ask(wanted: string): Promise<void> {
    const mine = ++this.#question;
    this.fault = null;
    if (wanted === "") return this.#start("", [], false);
    try {
      const found = await findLines(...this.#body, wanted);
      if (mine !== this.#question) return;
      this.#start(wanted, found.lines, found.more);
      await this.#countOn();
    } catch (reason) {
      if (mine !== this.#question) return;
      this.#start(wanted, [], false);
      this.fault = asFault(reason);
    }
  }

  /** So many matches on; from the last to the first and back. */
  async go(by: number): Promise<void> {
    const mine = this.#question;
    if (this.at + by >= this.count && this.#ends.length < this.#lines.length) {
      try {
        await this.#countOn();
      } catch (reason) {
        if (mine === this.#question) this.fault = asFault(reason);
        return;
      }
    }
    if (mine === this.#question && this.count > 0) this.#stand((this.at + by + this.count) % this.count);
  }

  #start(wanted: string, lines: readonly number[], beyond: boolean): void {
    this.asked = wanted;
    this.#lines = lines;
    this.#ends = [];
    this.#beyond = beyond;
    this.count = 0;
    this.at = 0;
    this.more = false;
    this.match = null;
  }

  #stand(at: number): void {
    const index = this.#ends.findIndex((end) => end > at);
    this.at = at;
    this.match = { line: this.#lines[index] ?? 0, place: at - (this.#ends[index - 1] ?? 0) };
  }

  /** One after the other: a count that is under way is waited for. */
  #countOn(): Promise<void> {
    const mine = this.#question;
    const counted = this.#ends.length;
    this.#counting = this.#counting.catch(() => undefined).then(() => {
      if (mine === this.#question && this.#ends.length === counted) return this.#read(mine);
    });
    return this.#counting;
  }

  async #read(mine: number): Promise<void> {
    let read = 0;
    while (this.#ends.length < this.#lines.length && read < enough) {
      const first = this.#lines[this.#ends.length] ?? 0;
      const near = this.#lines.slice(this.#ends.length).filter((line) => line < first + most);
      const { lines } = await readLines(...this.#body, first, (near.at(-1) ?? first) - first + 1);
      if (mine !== this.#question) return;
      for (const line of near) {
        // A match may begin here and end in the next piece of a long line: the line itself is then the place.
        const here = Math.max(1, countMatches(lines[line - first] ?? "", this.asked));
        this.#ends.push((this.#ends.at(-1) ?? 0) + here);
      }
      read += lines.reduce((sum, line) => sum + line.length, 0);
      this.count = this.#ends.at(-1) ?? 0;
      this.more = this.#beyond || this.#ends.length < this.#lines.length;
      if (this.match === null) this.#stand(0);
    }
  }
}
