import { clock } from "../format/clock.ts";
import { requestCost } from "../format/cost.ts";
import type { IconName } from "../icons/names.ts";
import type { Shape } from "../icons/shape.ts";
import { t } from "../locale/translate.svelte.ts";
import { listing } from "../pages/live/listing.svelte.ts";
import { fitsWords } from "../pages/live/query.ts";
import { selection } from "../pages/live/selection.svelte.ts";
import { shapeOf } from "../pages/live/shape.ts";
import { sections } from "../pages/settings/sections.ts";
import { makeDefault } from "../pages/sites/siteActions.ts";
import { commands } from "../state/commands.svelte.ts";
import { place } from "../state/place.svelte.ts";
import type { Shortcut } from "../state/shortcut.ts";
import { siteStore } from "../state/siteStore.svelte.ts";
import { sites } from "./sites.svelte.ts";

export type Entry = {
  id: string;
  group: "commands" | "sites" | "requests";
  title: string;
  note?: string;
  end?: string;
  icon?: IconName;
  shape?: Shape;
  shortcut?: Shortcut;
  run: () => void;
};

/** Most entries of one group. */
const mostSites = 5;
const mostRequests = 6;

function fromCommands(): Entry[] {
  return commands.all
    .filter((command) => command.quiet !== true && command.when?.() !== false)
    .map(({ id, title, icon, shortcut, run }) => ({ id, group: "commands", title: title(), icon, run, ...(shortcut ? { shortcut } : {}) }));
}

function fromSettings(): Entry[] {
  return sections.map(({ path, title, icon }) => ({
    id: `settings-${path}`,
    group: "commands",
    title: t("palette.goToSection", { name: t(title) }),
    icon,
    run: () => place.go("settings", path),
  }));
}

function fromRouting(): Entry[] {
  const others = siteStore.sites.filter((site) => site.enabled && site.route_position !== 0);
  return others.map((site) => ({
    id: `route-${site.id}`,
    group: "commands",
    title: t("palette.routeTo", { name: site.name }),
    icon: "route",
    run: () => void makeDefault(site.id),
  }));
}

/** A configured site opens its profile, a host filters the list. */
function fromSites(): Entry[] {
  return sites.list.map((site) => ({
    id: `site-${site.key}`,
    group: "sites",
    title: site.name,
    note: site.view === undefined ? t("palette.filterSite") : t("palette.openSite"),
    end: site.place ?? "",
    shape: site.state,
    run: () => (site.view === undefined ? sites.choose(site.key) : place.go("sites", site.key)),
  }));
}

function fromRequests(words: readonly string[]): Entry[] {
  const found = listing.rows.filter(({ row }) => fitsWords(row, words)).slice(0, mostRequests);
  return found.map((exchange) => ({
    id: exchange.id,
    group: "requests",
    title: exchange.row.model ?? exchange.row.path,
    note: [exchange.row.project, exchange.row.site, requestCost(exchange.row.cost)].filter((part) => part !== null).join(" · "),
    end: clock(new Date(exchange.row.started_at)),
    shape: shapeOf(exchange.row),
    run: () => {
      place.go("live");
      selection.choose(exchange, true);
    },
  }));
}

/** Without text: the commands. With text: what holds every word. */
export function findEntries(text: string): Entry[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return fromCommands();
  const fits = (entry: Entry): boolean => words.every((word) => entry.title.toLowerCase().includes(word));
  return [
    ...[...fromCommands(), ...fromSettings(), ...fromRouting()].filter(fits),
    ...fromSites().filter(fits).slice(0, mostSites),
    ...fromRequests(words),
  ];
}
