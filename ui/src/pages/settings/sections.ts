import type { IconName } from "../../icons/names.ts";
import type { Key } from "../../locale/translate.svelte.ts";

export type SectionPath = "general" | "proxy" | "routing" | "keys" | "stations" | "tests" | "data" | "pricing" | "security" | "about";

export const sections: ReadonlyArray<{ path: SectionPath; title: Key; icon: IconName }> = [
  { path: "general", title: "settings.general", icon: "sliders-horizontal" },
  { path: "proxy", title: "settings.proxy", icon: "radio-tower" },
  { path: "routing", title: "routing.title", icon: "route" },
  { path: "keys", title: "rotation.title", icon: "key-round" },
  { path: "stations", title: "alerts.title", icon: "bell" },
  { path: "tests", title: "testSettings.title", icon: "flask-conical" },
  { path: "data", title: "settings.data", icon: "database" },
  { path: "pricing", title: "settings.pricing", icon: "coins" },
  { path: "security", title: "settings.security", icon: "shield" },
  { path: "about", title: "settings.about", icon: "info" },
];
