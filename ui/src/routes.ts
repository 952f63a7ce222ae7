// The pages, in the order of their tabs. A new page is a folder in `pages/` and a line here.
import type { Component } from "svelte";
import type { IconName } from "./icons/names.ts";
import type { Key } from "./locale/translate.svelte.ts";
import LivePage from "./pages/live/LivePage.svelte";

export type Route = {
  /** First part of the address behind `#/`. */
  path: string;
  title: Key;
  icon: IconName;
  /** The first page is there at once, the others are fetched when they are opened. */
  page: { is: Component } | { fetch: () => Promise<{ default: Component }> };
  /** Whether the page shows every change of the live list. */
  watches?: boolean;
  /** Whether its tab counts the running requests. */
  counts?: boolean;
};

export const routes: readonly Route[] = [
  { path: "live", title: "tabs.live", icon: "zap", page: { is: LivePage }, watches: true, counts: true },
  { path: "sites", title: "tabs.sites", icon: "layers", page: { fetch: () => import("./pages/sites/SitesPage.svelte") }, watches: true },
  { path: "balance", title: "tabs.balance", icon: "wallet", page: { fetch: () => import("./pages/balance/BalancePage.svelte") } },
  { path: "test", title: "tabs.test", icon: "flask-conical", page: { fetch: () => import("./pages/test/TestPage.svelte") }, watches: true },
  { path: "settings", title: "tabs.settings", icon: "settings", page: { fetch: () => import("./pages/settings/SettingsPage.svelte") } },
];
