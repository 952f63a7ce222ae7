// The sites of the sidebar: upstream hosts seen in the traffic, and the configured ones with their reachability.
import type { Upstream } from "../api/program.ts";
import type { Shape } from "../icons/shape.ts";
import { t } from "../locale/translate.svelte.ts";
import { isFailed } from "../pages/live/query.ts";
import { listing } from "../pages/live/listing.svelte.ts";
import { live } from "../state/live.svelte.ts";
import { place } from "../state/place.svelte.ts";
import { session } from "../state/session.svelte.ts";
import { settings } from "../state/settings.svelte.ts";

export type Site = { name: string; state: Shape; note: string; balance?: string };

type Seen = { requests: number; failed: number; last: "ok" | "err" | null };

const shapes: Record<Upstream, Shape> = { reachable: "ok", unreachable: "err", unknown: "wait", self: "warn" };

function hostOf(address: unknown): string | null {
  try {
    return typeof address === "string" ? new URL(address).host : null;
  } catch {
    return null;
  }
}

class Sites {
  chosen = $derived(listing.picks.site.length === 1 ? (listing.picks.site[0] ?? null) : null);

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
      named.set(hostOf(settings.value(`upstream.${name}_base_url`)) ?? name, state);
    }
    return named;
  });

  list = $derived.by((): Site[] => {
    const names = [...new Set([...this.#seen.keys(), ...this.#upstreams.keys()])];
    return names.map((name) => this.#site(name)).sort((left, right) => left.name.localeCompare(right.name));
  });

  /** `null` is all of them. */
  choose(name: string | null): void {
    listing.pick("site", name === null ? [] : [name]);
    place.go("live");
  }

  #site(name: string): Site {
    const seen = this.#seen.get(name);
    const upstream = this.#upstreams.get(name);
    const notes = [
      seen === undefined ? null : t("sites.requests", { count: seen.requests }),
      seen !== undefined && seen.failed > 0 ? t("sites.failed", { count: seen.failed }) : null,
      seen === undefined && upstream !== undefined ? t(`sites.${upstream}`) : null,
    ];
    const fromHealth = upstream === undefined ? "wait" : shapes[upstream];
    const state = seen?.last ?? fromHealth;
    return { name, state, note: notes.filter((note) => note !== null).join(" · ") };
  }
}

export const sites = new Sites();
