import { t } from "../locale/translate.svelte.ts";
import { routes } from "../routes.ts";
import { appearance } from "../state/appearance.svelte.ts";
import type { Command } from "../state/commands.svelte.ts";
import { layout } from "../state/layout.svelte.ts";
import { live } from "../state/live.svelte.ts";
import { overlay } from "../state/overlay.svelte.ts";
import { place } from "../state/place.svelte.ts";
import { session } from "../state/session.svelte.ts";
import { stationStore } from "../state/stationStore.svelte.ts";
import { checkInAll } from "../pages/balance/checkins.ts";
import { siteStore } from "../state/siteStore.svelte.ts";
import { locale } from "../locale/translate.svelte.ts";
import { turnProxy } from "./turnProxy.ts";

export const toggleTheme = (): void => appearance.choose({ theme: appearance.dark ? "light" : "dark" });

export const toggleLanguage = (): void =>
  appearance.choose({ language: locale.language === "en" ? "zh-CN" : "en" });

/** The site box is in the rail's way: it has none, so the palette takes over. */
function findSite(): void {
  const box = document.querySelector<HTMLInputElement>(".side-search input");
  if (box !== null && box.offsetParent !== null) box.focus();
  else overlay.shown = "palette";
}

export function shellCommands(): Command[] {
  const pages = routes.map(
    (route, index): Command => ({
      id: `go-${route.path}`,
      title: () => t("palette.goTo", { name: t(route.title) }),
      icon: route.icon,
      shortcut: `mod+${index + 1}`,
      ...(route.path === "settings" ? { also: ["mod+,"] } : {}),
      run: () => place.go(route.path),
    }),
  );
  return [
    ...pages,
    { id: "palette", title: () => t("app.palette"), icon: "search", shortcut: "mod+k", quiet: true, run: () => overlay.toggle("palette") },
    { id: "find-site", title: () => t("palette.findSite"), icon: "search", shortcut: "mod+shift+f", run: findSite },
    {
      id: "proxy",
      title: () => (live.proxy?.on === true ? t("palette.proxyOff") : t("palette.proxyOn")),
      icon: "power",
      when: () => live.proxy !== null,
      run: () => void turnProxy(live.proxy?.on !== true),
    },
    { id: "add-site", title: () => t("adding.title"), icon: "plus", when: () => siteStore.known && session.signedIn, run: () => (overlay.shown = "site") },
    { id: "query-all", title: () => t("balance.queryAll"), icon: "refresh-cw", shortcut: "mod+shift+b", when: () => stationStore.list !== null && session.signedIn, run: () => void stationStore.refreshAll() },
    { id: "checkin-all", title: () => t("checkins.all"), icon: "calendar-check", shortcut: "mod+shift+d", when: () => (stationStore.list?.checkins_due ?? 0) > 0 && session.signedIn, run: () => void checkInAll() },
    { id: "sidebar", title: () => t("palette.toggleSidebar"), icon: "panel-left", shortcut: "mod+b", run: () => layout.toggleSidebar() },
    { id: "theme", title: () => (appearance.dark ? t("app.toLight") : t("app.toDark")), icon: "moon", run: toggleTheme },
    { id: "language", title: () => t("app.toOtherLanguage"), icon: "languages", run: toggleLanguage },
    { id: "keys", title: () => t("palette.shortcuts"), icon: "keyboard", shortcut: "?", run: () => overlay.toggle("keys") },
  ];
}
