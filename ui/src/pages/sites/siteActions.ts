// What can be done with a site, wherever it is shown.
import { changeSite, orderSites, type SiteChange } from "../../api/sites.ts";
import type { RoutesView } from "../../api/generated/RoutesView";
import type { SiteView } from "../../api/generated/SiteView";
import { t } from "../../locale/translate.svelte.ts";
import type { Item } from "../../parts/Menu.svelte";
import { attempt } from "../../state/attempt.ts";
import { session } from "../../state/session.svelte.ts";
import { keyNames } from "../../state/shortcut.ts";
import { siteStore } from "../../state/siteStore.svelte.ts";
import { announcer, toasts } from "../../state/toasts.svelte.ts";
import { deletion } from "./deletion.svelte.ts";
import { dropped, stepped, switched } from "./order.ts";

export async function saveSite(id: string, change: SiteChange): Promise<void> {
  siteStore.take(await changeSite(id, change));
}

/** The default route, shown at once with a way back. */
async function route(next: RoutesView, said: string): Promise<void> {
  const before = siteStore.routes;
  const done = await attempt(() => siteStore.saveRoutes(next));
  if (done) toasts.show(said, "route", { label: t("app.undo"), run: () => void attempt(() => siteStore.saveRoutes(before)) });
}

export function makeDefault(id: string): Promise<void> {
  const next = switched(siteStore.routes.default, id);
  return route({ ...siteStore.routes, default: next }, t("site.nowDefault", { name: siteStore.nameOf(id) }));
}

/** New requests go to the upstream addresses of the settings, with the callers' own keys. */
export const routeToUpstreams = (): Promise<void> => route({ ...siteStore.routes, default: [] }, t("site.nowUpstreams"));

async function order(ids: string[] | null, name: string): Promise<void> {
  if (ids === null) return;
  const before = siteStore.sites;
  siteStore.sites = ids.flatMap((id) => siteStore.find(id) ?? []);
  const done = await attempt(() => orderSites(ids));
  if (done) announcer.say(t("site.movedTo", { name, place: siteStore.sites.findIndex((site) => site.name === name) + 1, count: ids.length }));
  else siteStore.sites = before;
}

export const stepSite = (site: SiteView, by: number): Promise<void> => order(stepped(siteStore.sites, site.id, by), site.name);
export const dropSite = (site: SiteView, onto: string): Promise<void> => order(dropped(siteStore.sites, site.id, onto), site.name);

const keys = (shortcut: string): string => keyNames(shortcut, (name) => t(`keys.${name}`)).join(" ");

export function siteItems(site: SiteView): Item[] {
  const off = !session.signedIn;
  const can = (by: number): boolean => stepped(siteStore.sites, site.id, by) !== null;
  const isDefault = site.route_position === 0;
  return [
    { label: t("site.makeDefault"), icon: "route", disabled: off || isDefault || !site.enabled, run: () => void makeDefault(site.id) },
    { label: site.pinned ? t("site.unpin") : t("site.pin"), icon: "pin", disabled: off, run: () => void attempt(() => saveSite(site.id, { pinned: !site.pinned })) },
    { label: site.enabled ? t("site.switchOff") : t("site.switchOn"), icon: "power", disabled: off, run: () => void attempt(() => saveSite(site.id, { enabled: !site.enabled })) },
    { label: t("site.up"), icon: "arrow-up", end: keys("alt+up"), disabled: off || !can(-1), apart: true, run: () => void stepSite(site, -1) },
    { label: t("site.down"), icon: "arrow-down", end: keys("alt+down"), disabled: off || !can(1), run: () => void stepSite(site, 1) },
    { label: t("site.delete"), icon: "trash-2", danger: true, disabled: off, apart: true, run: () => deletion.ask(site) },
  ];
}
