// Checking in: where the station can be asked it is asked, else its page is opened.
import type { CheckinDone } from "../../api/generated/CheckinDone";
import type { StationView } from "../../api/generated/StationView";
import { checkIn, markCheckedIn } from "../../api/stations.ts";
import { dollars } from "../../format/cost.ts";
import { t } from "../../locale/translate.svelte.ts";
import { attempt } from "../../state/attempt.ts";
import { problem } from "../../state/problem.svelte.ts";
import { stationStore } from "../../state/stationStore.svelte.ts";
import { toasts } from "../../state/toasts.svelte.ts";
import { troubled } from "./words.ts";

const isWeb = (url: string | null): url is string => url !== null && /^https?:\/\//i.test(url);

/** Without a desktop the page itself opens what there is to open. Browsers let only the first pass unasked. */
function open(done: readonly CheckinDone[]): void {
  for (const { how, url } of done) if (how === "address" && isWeb(url)) window.open(url, "_blank", "noopener,noreferrer");
}

function tell(done: readonly CheckinDone[], left: number): void {
  const failed = done.filter((site) => site.error !== null);
  const rewards = done.reduce((sum, site) => sum + (site.reward_usd ?? 0), 0);
  const parts = [
    t("checkins.told", { count: done.length - failed.length }),
    ...(rewards > 0 ? [t("checkins.rewarded", { amount: dollars(rewards) })] : []),
    ...(left > 0 ? [t("checkins.left", { count: left })] : []),
  ];
  if (done.length > failed.length) toasts.show(parts.join(" · "), "calendar-check");
  const [first] = failed;
  if (first?.error) problem.show(t("checkins.failed", { name: first.name, reason: troubled(first.error) }));
}

async function run(ids: readonly string[]): Promise<void> {
  await attempt(async () => {
    const { sites, left } = await checkIn(ids);
    open(sites);
    tell(sites, left);
  });
  stationStore.changed();
}

export const checkInAll = (): Promise<void> => run([]);
export const checkInOne = (station: StationView): Promise<void> => run([station.site]);

export async function mark(station: StationView, done: boolean): Promise<void> {
  await attempt(async () => stationStore.take(await markCheckedIn(station.site, done)));
}
