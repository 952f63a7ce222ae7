// What the live list says about each site today.
import { live } from "../../state/live.svelte.ts";
import { now } from "../../state/now.svelte.ts";
import { isFailed } from "../live/query.ts";

export type SiteFigures = { requests: number; failed: number; ttft: number | null; speed: number | null };

type Seen = { requests: number; failed: number; ttft: number[]; speed: number[] };

const nothing: SiteFigures = { requests: 0, failed: 0, ttft: null, speed: null };

function median(values: number[]): number | null {
  const sorted = values.sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

class AllFigures {
  #bySite = $derived.by(() => {
    void live.structure;
    const sites = new Map<string, Seen>();
    for (const { row } of live.list) {
      if (row.site === null || new Date(row.started_at).toDateString() !== now.today) continue;
      const seen = sites.get(row.site) ?? { requests: 0, failed: 0, ttft: [], speed: [] };
      sites.set(row.site, seen);
      seen.requests += 1;
      if (isFailed(row)) seen.failed += 1;
      if (row.phase !== "finished" || row.outcome !== "done") continue;
      if (row.timing.ttft_ms !== null) seen.ttft.push(row.timing.ttft_ms);
      if (row.speed !== null) seen.speed.push(row.speed);
    }
    return new Map([...sites].map(([name, seen]) => [name, { ...seen, ttft: median(seen.ttft), speed: median(seen.speed) }]));
  });

  of(name: string): SiteFigures {
    return this.#bySite.get(name) ?? nothing;
  }
}

export const figures = new AllFigures();
