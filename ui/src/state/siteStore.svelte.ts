// The configured sites with the states of their keys, and where requests go. Read anew when the server says so.
import { asFault, type Fault } from "../api/fault.ts";
import type { KeyView } from "../api/generated/KeyView";
import type { RoutesView } from "../api/generated/RoutesView";
import type { SiteView } from "../api/generated/SiteView";
import type { VaultView } from "../api/generated/VaultView";
import { changeRoutes, readRoutes } from "../api/routing.ts";
import { readSites } from "../api/sites.ts";

/** Changes that come together are read once, ms. */
const together = 120;

/** Without any word of the server: read again this often, ms. */
const again = 15_000;

/** The new one in the place of the old one, or at the end. */
function replaced<T extends { id: string }>(list: readonly T[], one: T): T[] {
  return list.some((each) => each.id === one.id) ? list.map((each) => (each.id === one.id ? one : each)) : [...list, one];
}

class SiteStore {
  sites = $state.raw<readonly SiteView[]>([]);
  vault = $state.raw<VaultView | null>(null);
  routes = $state.raw<RoutesView>({ default: [], rules: [] });
  fault = $state.raw<Fault | null>(null);
  /** Whether the first answer has come, whatever it was. */
  ready = $state(false);
  /** Keys that are being removed: gone from view, Undo is still possible. */
  leaving = $state.raw<ReadonlySet<string>>(new Set());

  /** Whether this server knows sites at all. */
  known = $derived(this.fault?.status !== 404);

  /** Moments at which cool-downs end. */
  #ends = $derived.by(() => {
    const ends = this.sites.flatMap((site) => [...site.cooling, ...site.keys, ...site.keys.flatMap((key) => key.scopes)]);
    return ends.flatMap(({ until }) => (until === null ? [] : [Date.parse(until)]));
  });

  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #stale = false;

  start(): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (!document.hidden && this.known) void this.load();
    }, again);
    const see = (): void => {
      if (!document.hidden && this.known) this.changed();
    };
    document.addEventListener("visibilitychange", see);
    return () => {
      clearInterval(timer);
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", see);
    };
  }

  /** Whether a countdown is running. */
  isCooling(): boolean {
    const now = Date.now();
    return this.#ends.some((end) => end > now);
  }

  /** Something has changed at the server. */
  changed(): void {
    if (document.hidden) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), together);
  }

  async load(): Promise<void> {
    if (this.#reading) {
      this.#stale = true;
      return;
    }
    this.#reading = true;
    try {
      const [list, routes] = await Promise.all([readSites(), readRoutes()]);
      this.sites = list.sites;
      this.vault = list.vault;
      this.routes = routes;
      this.fault = null;
    } catch (reason) {
      this.fault = asFault(reason);
    }
    this.ready = true;
    this.#reading = false;
    if (this.#stale) {
      this.#stale = false;
      this.changed();
    }
  }

  find(id: string): SiteView | undefined {
    return this.sites.find((site) => site.id === id);
  }

  nameOf(id: string): string {
    return this.find(id)?.name ?? id;
  }

  /** An answer of the server that holds a whole site. */
  take(site: SiteView): void {
    this.sites = replaced(this.sites, site);
    this.changed();
  }

  takeKey(siteId: string, key: KeyView): void {
    const site = this.find(siteId);
    if (site === undefined) return;
    this.take({ ...site, keys: replaced(site.keys, key) });
  }

  /** Throws a `Fault` where the server refuses. */
  async saveRoutes(routes: RoutesView): Promise<void> {
    this.routes = await changeRoutes(routes);
    this.changed();
  }

  hideKey(id: string, hidden: boolean): void {
    const leaving = new Set(this.leaving);
    if (hidden) leaving.add(id);
    else leaving.delete(id);
    this.leaving = leaving;
  }
}

export const siteStore = new SiteStore();
