// The pages, in the order of their tabs. A new page is a folder in `pages/` and a line here.
import type { Component } from "svelte";
import type { IconName } from "./icons/names.ts";
import type { Key } from "./locale/translate.svelte.ts";
import BalancePage from "./pages/balance/BalancePage.svelte";
import LivePage from "./pages/live/LivePage.svelte";
import SettingsPage from "./pages/settings/SettingsPage.svelte";
import SitesPage from "./pages/sites/SitesPage.svelte";
import TestPage from "./pages/test/TestPage.svelte";

export type Route = {
  /** First part of the address behind `#/`. */
  path: string;
  title: Key;
  icon: IconName;
  page: Component;
  /** Whether the page shows every change of the live list. */
  watches?: boolean;
  /** Whether its tab counts the running requests. */
  counts?: boolean;
};

export const routes: readonly Route[] = [
  { path: "live", title: "tabs.live", icon: "zap", page: LivePage, watches: true, counts: true },
  { path: "sites", title: "tabs.sites", icon: "layers", page: SitesPage, watches: true },
  { path: "balance", title: "tabs.balance", icon: "wallet", page: BalancePage },
  { path: "test", title: "tabs.test", icon: "flask-conical", page: TestPage, watches: true },
  { path: "settings", title: "tabs.settings", icon: "settings", page: SettingsPage },
];
