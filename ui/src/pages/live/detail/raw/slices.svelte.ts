// A long list of lines or events, of which only the part on screen is fetched and only recent parts are kept.
import { readEvents, readLines, type Form, type Side } from "../../../../api/exchanges.ts";
import { asFault, type Fault } from "../../../../api/fault.ts";
import type { EventView } from "../../../../api/generated/EventView";
import { SvelteMap } from "svelte/reactivity";

/** Members of one slice. */
export const sliceSize = 100;

/** Slices kept; the one longest out of use goes first. */
const mostSlices = 30;

export type Source<T> = (from: number, count: number) => Promise<{ total: number; numbered?: number; bytes?: number; items: T[] }>;

/** A piece of text; `number` is null where it continues the line above. */
export type Line = { text: string; number: number | null };

export const lineSource =
  (id: string, side: Side, form: Form): Source<Line> =>
  async (from, count) => {
    const { total, numbered, bytes, lines, numbers } = await readLines(id, side, form, from, count);
    return { total, numbered, bytes, items: lines.map((text, index) => ({ text, number: numbers[index] ?? null })) };
  };

export const eventSource =
  (id: string, side: Side): Source<EventView> =>
  async (from, count) => {
    const answer = await readEvents(id, side, from, count);
    return { total: answer.total, items: answer.events };
  };

export class Slices<T> {
  total = $state<number | null>(null);
  /** Lines of the whole text, where it is one; `total` counts the parts of long ones. */
  numbered = $state<number | null>(null);
  /** Bytes of the whole text, where it is one. */
  bytes = $state<number | null>(null);
  fault = $state.raw<Fault | null>(null);

  readonly #kept = new SvelteMap<number, readonly T[]>();
  readonly #asked = new Set<number>();
  readonly #source: Source<T>;
  /** Slices on screen. */
  #shown: readonly number[] = [0];

  constructor(source: Source<T>) {
    this.#source = source;
  }

  at(index: number): T | undefined {
    return this.#kept.get(Math.floor(index / sliceSize))?.[index % sliceSize];
  }

  /** Fetches what is on screen and not here yet. */
  show(slices: readonly number[]): void {
    this.#shown = slices;
    for (const slice of slices) if (!this.#kept.has(slice)) void this.#fetch(slice);
  }

  /** The text has grown: what is on screen is fetched again and stays visible meanwhile. */
  refresh(): void {
    for (const slice of this.#kept.keys()) if (!this.#shown.includes(slice)) this.#kept.delete(slice);
    for (const slice of this.#shown) void this.#fetch(slice);
  }

  async #fetch(slice: number): Promise<void> {
    if (this.#asked.has(slice)) return;
    this.#asked.add(slice);
    try {
      const { total, numbered, bytes, items } = await this.#source(slice * sliceSize, sliceSize);
      this.total = total;
      this.numbered = numbered ?? null;
      this.bytes = bytes ?? null;
      this.fault = null;
      this.#kept.delete(slice);
      this.#kept.set(slice, items);
      this.#forget();
    } catch (reason) {
      this.fault = asFault(reason);
    } finally {
      this.#asked.delete(slice);
    }
  }

  #forget(): void {
    for (const slice of this.#kept.keys()) {
      if (this.#kept.size <= mostSlices) return;
      if (!this.#shown.includes(slice)) this.#kept.delete(slice);
    }
  }
}
