// Balances, kinds and check-ins of all sites. Read anew when the server says so, and often while a round of queries runs.
import { asFault, type Fault } from "../api/fault.ts";
import type { StationList } from "../api/generated/StationList";
import type { StationView } from "../api/generated/StationView";
import { cancelRound, readStations, refreshStation, startRound } from "../api/stations.ts";
import { attempt } from "./attempt.ts";

/** Changes that come together are read once, ms. */
const together = 150;

/** Without any word of the server: read again this often, ms. */
const again = 30_000;
const whileRunning = 1_000;

class StationStore {
  list = $state.raw<StationList | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** Sites that were asked from here and have not answered yet. */
  asking = $state.raw<ReadonlySet<string>>(new Set());
  /** Grows with every answer, so that charts and ledgers know when to look again. */
  revision = $state(0);

  /** Whether this server knows balances at all. */
  known = $derived(this.fault?.status !== 404);
  running = $derived(this.list?.round?.running === true);

  #byId = $derived(new Map((this.list?.stations ?? []).map((station) => [station.site, station])));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #stale = false;

  start(): () => void {
    void this.load();
    const see = (): void => this.changed();
    document.addEventListener("visibilitychange", see);
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", see);
    };
  }

  find(id: string): StationView | undefined {
    return this.#byId.get(id);
  }

  isAsking(id: string): boolean {
    return this.asking.has(id) || this.find(id)?.querying === true;
  }

  /** Something has changed at the server. */
  changed(): void {
    if (!document.hidden && this.known) this.#wait(together);
  }

  async load(): Promise<void> {
    if (this.#reading) {
      this.#stale = true;
      return;
    }
    this.#reading = true;
    try {
      this.list = await readStations();
      this.fault = null;
      this.revision += 1;
    } catch (reason) {
      this.fault = asFault(reason);
    }
    this.#reading = false;
    if (this.known) this.#wait(this.#stale ? together : this.running ? whileRunning : again);
    this.#stale = false;
  }

  /** An answer of the server that holds a whole station. */
  take(station: StationView): void {
    if (this.list === null) return;
    this.list = { ...this.list, stations: this.list.stations.map((each) => (each.site === station.site ? station : each)) };
    this.revision += 1;
    this.changed();
  }

  async refresh(id: string): Promise<void> {
    if (this.isAsking(id)) return;
    this.asking = new Set([...this.asking, id]);
    await attempt(async () => this.take(await refreshStation(id)));
    this.asking = new Set([...this.asking].filter((each) => each !== id));
  }

  async refreshAll(): Promise<void> {
    await attempt(async () => {
      const round = await startRound();
      if (this.list !== null) this.list = { ...this.list, round };
    });
    this.changed();
  }

  async cancel(): Promise<void> {
    await attempt(cancelRound);
    this.changed();
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (document.hidden) this.#wait(again);
      else void this.load();
    }, ms);
  }
}

export const stationStore = new StationStore();
