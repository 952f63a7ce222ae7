// The pages, in the order of their tabs. A new page is a folder in `pages/` and a line here.
import type { Component } from "svelte";
import type { IconName } from "./icons/names.ts";
import type { Key } from "./locale/translate.svelte.ts";
import LivePage from "./pages/live/LivePage.svelte";
import SettingsPage from "./pages/settings/SettingsPage.svelte";

export type Route = {
  /** First part of the address behind `#/`. */
  path: string;
  title: Key;
  icon: IconName;
  page: Component;
  /** Whether the page shows every change of the live list. */
  live?: boolean;
};

export const routes: readonly Route[] = [
  { path: "live", title: "tabs.live", icon: "zap", page: LivePage, live: true },
  { path: "settings", title: "tabs.settings", icon: "settings", page: SettingsPage },
];
