// Which body Raw shows, and the text it was opened at.
import type { Half } from "../../../../api/exchanges.ts";
import { layout } from "../../../../state/layout.svelte.ts";

class RawPlace {
  side = $state<Half>("response");
  #find: string | null = null;

  open(side: Half, find: string): void {
    this.side = side;
    this.#find = find;
    layout.show("raw");
  }

  get awaited(): boolean {
    return this.#find !== null;
  }

  /** The text to look for, told once. */
  take(): string | null {
    const find = this.#find;
    this.#find = null;
    return find;
  }
}

export const rawPlace = new RawPlace();
