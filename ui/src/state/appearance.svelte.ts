import { asFault } from "../api/fault.ts";
import { changeConfig } from "../api/program.ts";
import type { Language } from "../format/clock.ts";
import { locale, sentence } from "../locale/translate.svelte.ts";
import { problem } from "./problem.svelte.ts";
import { store, storedChoice } from "./stored.ts";

export type Theme = "system" | "light" | "dark";
export type LanguageChoice = "system" | Language;
export type Density = "compact" | "default" | "relaxed";

/** Table row heights, px. */
const rowHeights: Record<Density, number> = { compact: 24, default: 28, relaxed: 34 };

const systemLanguage = (): Language => (/^zh/i.test(navigator.language) ? "zh-CN" : "en");

class Appearance {
  theme = $state(storedChoice<Theme>("theme", ["system", "light", "dark"]));
  language = $state(storedChoice<LanguageChoice>("language", ["system", "en", "zh-CN"]));
  density = $state(storedChoice<Density>("density", ["default", "compact", "relaxed"]));
  systemDark = $state(false);

  dark = $derived(this.theme === "dark" || (this.theme === "system" && this.systemDark));
  rowHeight = $derived(rowHeights[this.density] ?? rowHeights.default);

  /** Follows the system and writes the look onto the document. */
  start(): () => void {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const follow = (): void => {
      this.systemDark = media.matches;
    };
    follow();
    media.addEventListener("change", follow);
    const stop = $effect.root(() => {
      $effect(() => {
        document.documentElement.dataset["theme"] = this.dark ? "dark" : "light";
      });
      $effect(() => {
        locale.language = this.language === "system" ? systemLanguage() : this.language;
        document.documentElement.lang = locale.language;
      });
    });
    return () => {
      stop();
      media.removeEventListener("change", follow);
    };
  }

  /** Takes what the settings say; anything unknown is left as it is. */
  take(theme: unknown, language: unknown, density: unknown): void {
    if (theme === "system" || theme === "light" || theme === "dark") this.theme = theme;
    if (language === "system" || language === "en" || language === "zh-CN") this.language = language;
    if (density === "compact" || density === "default" || density === "relaxed") this.density = density;
    store("theme", this.theme);
    store("language", this.language);
    store("density", this.density);
  }

  /** For the buttons outside Settings: shown at once, kept by the server where it lets us. */
  choose(change: { theme?: Theme; language?: LanguageChoice; density?: Density }): void {
    this.take(change.theme, change.language, change.density);
    const keys = Object.entries(change).map(([name, value]) => [`ui.${name}`, value]);
    // Shown and kept by this window in any case. Who is not signed in is told so by its banner already.
    changeConfig(Object.fromEntries(keys)).catch((reason: unknown) => {
      const fault = asFault(reason);
      if (fault.code !== "not_signed_in") problem.show(sentence(fault));
    });
  }
}

export const appearance = new Appearance();
