// The exchange shown in the detail. Late answers for another one are dropped.
import { readDetail } from "../../../api/exchanges.ts";
import { asFault, type Fault } from "../../../api/fault.ts";
import type { Detail } from "../../../api/detail";

class Reader {
  detail = $state.raw<Detail | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** Counts fresh answers, for those who read slices of the bodies. */
  version = $state(0);

  #id: string | null = null;
  #abort: AbortController | null = null;

  async show(id: string): Promise<void> {
    if (id !== this.#id) {
      this.detail = null;
      this.fault = null;
    }
    this.#id = id;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const detail = await readDetail(id, abort.signal);
      if (abort.signal.aborted || id !== this.#id) return;
      this.detail = detail;
      this.fault = null;
      this.version += 1;
    } catch (reason) {
      if (abort.signal.aborted || id !== this.#id) return;
      this.fault = asFault(reason);
    }
  }
}

export const reader = new Reader();
