// The sites of the sidebar: the configured ones; while there are none, the upstream hosts of traffic and settings.
import type { SiteView } from "../api/generated/SiteView";
import type { StationView } from "../api/generated/StationView";
import type { Upstream } from "../api/program.ts";
import type { Shape } from "../icons/shape.ts";
import { t } from "../locale/translate.svelte.ts";
import { isKnownKind, kindWord, withMoney } from "../pages/balance/words.ts";
import { isFailed } from "../pages/live/query.ts";
import { listing } from "../pages/live/listing.svelte.ts";
import { dialectsOf, hostOf, isUsable, routeWord, siteShape, siteState } from "../pages/sites/states.ts";
import { live } from "../state/live.svelte.ts";
import { place } from "../state/place.svelte.ts";
import { session } from "../state/session.svelte.ts";
import { settings } from "../state/settings.svelte.ts";
import { siteStore } from "../state/siteStore.svelte.ts";
import { stationStore } from "../state/stationStore.svelte.ts";

export type Site = {
  /** Id of a configured site, else the name of the host. */
  key: string;
  name: string;
  state: Shape;
  stateWord?: string;
  note: string;
  free?: boolean;
  /** What is wrong with its keys, short: `2/4`. */
  problem?: string;
  place?: string;
  tags: readonly string[];
  view?: SiteView;
  station?: StationView;
};

/** Pages whose subject is one site. */
const subjectPages: readonly string[] = ["sites", "balance", "test"];

type Seen = { requests: number; failed: number; last: "ok" | "err" | null };

const shapes: Record<Upstream, Shape> = { reachable: "ok", unreachable: "err", unknown: "wait", self: "warn" };

function configured(view: SiteView): Site {
  const usable = view.keys.filter(isUsable).length;
  const position = routeWord(view.route_position);
  const station = stationStore.find(view.id);
  return {
    key: view.id,
    name: view.name,
    state: station === undefined ? siteShape(view) : withMoney(siteShape(view), station),
    stateWord: siteState(view),
    note: station !== undefined && isKnownKind(station) ? kindWord(station.kind.id) : dialectsOf(view),
    free: !view.paid,
    tags: view.tags,
    view,
    ...(station === undefined ? {} : { station }),
    ...(view.keys.length === 0 ? { problem: t("sites.noKeys") } : usable < view.keys.length ? { problem: `${usable}/${view.keys.length}` } : {}),
    ...(position === "" ? {} : { place: position }),
  };
}

class Sites {
  configured = $derived(siteStore.sites.length > 0);

  chosen = $derived.by((): string | null => {
    if (this.configured && subjectPages.includes(place.page)) return place.part === "" ? null : place.part;
    const [only, second] = listing.picks.site;
    if (only === undefined || second !== undefined) return null;
    return this.configured ? (siteStore.sites.find((site) => site.name === only)?.id ?? null) : only;
  });

  #seen = $derived.by(() => {
    void live.structure;
    const seen = new Map<string, Seen>();
    for (const { row } of live.list) {
      if (row.site === null) continue;
      const at = seen.get(row.site) ?? { requests: 0, failed: 0, last: null };
      const failed = isFailed(row);
      at.requests += 1;
      if (failed) at.failed += 1;
      // The list is newest first: the first finished one is the latest.
      if (row.phase === "finished" && row.outcome !== "client_left") at.last ??= failed ? "err" : "ok";
      seen.set(row.site, at);
    }
    return seen;
  });

  #upstreams = $derived.by(() => {
    const named = new Map<string, Upstream>();
    for (const [name, state] of Object.entries(session.health?.upstream ?? {})) {
      // Health names configured sites as well: those stand in the list by themselves.
      const address = settings.value(`upstream.${name}_base_url`);
      if (typeof address === "string") named.set(hostOf(address), state);
    }
    return named;
  });

  list = $derived.by((): Site[] => {
    if (this.configured) return siteStore.sites.map(configured);
    const names = [...new Set([...this.#seen.keys(), ...this.#upstreams.keys()])];
    return names.map((name) => this.#host(name)).sort((left, right) => left.name.localeCompare(right.name));
  });

  /** On Sites, Balance and Site Test it picks the subject, elsewhere it filters the live list. `null` is all of them. */
  choose(key: string | null): void {
    if (subjectPages.includes(place.page) && this.configured) {
      place.go(place.page, key ?? "", place.view);
      return;
    }
    const site = this.list.find((each) => each.key === key);
    listing.pick("site", site === undefined ? [] : [site.name]);
    place.go("live");
  }

  #host(name: string): Site {
    const seen = this.#seen.get(name);
    const upstream = this.#upstreams.get(name);
    const notes = [
      seen === undefined ? null : t("sites.requests", { count: seen.requests }),
      seen !== undefined && seen.failed > 0 ? t("sites.failed", { count: seen.failed }) : null,
      seen === undefined && upstream !== undefined ? t(`sites.${upstream}`) : null,
    ];
    const fromHealth = upstream === undefined ? "wait" : shapes[upstream];
    const state = seen?.last ?? fromHealth;
    return { key: name, name, state, note: notes.filter((note) => note !== null).join(" · "), tags: [] };
  }
}

export const sites = new Sites();
