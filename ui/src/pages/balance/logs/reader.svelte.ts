// A station's log, a page at a time. Every answer costs the station a query, so nothing is read without need.
import { asFault, type Fault } from "../../../api/fault.ts";
import type { StationLogs } from "../../../api/generated/StationLogs";
import { readLogs, type LogQuery } from "../../../api/stations.ts";

export type Span = "today" | "day" | "week" | "month" | "all";
export const spans: readonly Span[] = ["today", "day", "week", "month", "all"];
export const sizes = [20, 50, 100] as const;

const hours: Record<Span, number | null> = { today: null, day: 24, week: 168, month: 720, all: null };

/** Local midnight, as the server reads it. */
function midnight(): string {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
}

export class LogReader {
  span = $state<Span>("today");
  model = $state("");
  type = $state("consume");
  size = $state<number>(20);
  page = $state(1);

  answer = $state.raw<StationLogs | null>(null);
  fault = $state.raw<Fault | null>(null);
  reading = $state(false);

  #site: () => string;
  #stop: AbortController | undefined;

  constructor(site: () => string) {
    this.#site = site;
  }

  get query(): LogQuery {
    const within = hours[this.span];
    return {
      ...(this.span === "today" ? { since: midnight() } : within === null ? {} : { hours: within }),
      ...(this.model === "" ? {} : { model: this.model }),
      ...(this.type === "" ? {} : { type: this.type }),
    };
  }

  pages = $derived(this.answer?.total == null ? null : Math.max(1, Math.ceil(this.answer.total / this.answer.size)));
  /** Whether there is a page after this one, as far as anybody knows. */
  more = $derived(this.answer?.more === true);
  filtered = $derived(this.model !== "" || this.type !== "consume" || this.span !== "today");

  set(change: Partial<Pick<LogReader, "span" | "model" | "type" | "size">>): void {
    Object.assign(this, change);
    this.page = 1;
    void this.read();
  }

  turn(page: number): void {
    this.page = Math.max(1, page);
    void this.read();
  }

  clear(): void {
    this.set({ span: "today", model: "", type: "consume" });
  }

  /** Ends what is being read; what was read stays. */
  cancel(): void {
    this.#stop?.abort();
    this.reading = false;
  }

  async read(): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.reading = true;
    try {
      const answer = await readLogs(this.#site(), { ...this.query, page: this.page, size: this.size }, stop.signal);
      if (stop.signal.aborted) return;
      [this.answer, this.fault] = [answer, null];
    } catch (reason) {
      if (stop.signal.aborted) return;
      this.fault = asFault(reason);
    }
    this.reading = false;
  }
}
