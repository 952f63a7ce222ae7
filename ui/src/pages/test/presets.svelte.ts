// The shapes of requests: those that come with Relayscope, then the user's own.
import { asFault } from "../../api/fault.ts";
import type { PresetView } from "../../api/generated/PresetView";
import { readPresets, removePreset } from "../../api/verify.ts";
import { said, sentence, t } from "../../locale/translate.svelte.ts";
import { problem } from "../../state/problem.svelte.ts";
import { toasts } from "../../state/toasts.svelte.ts";

class Presets {
  list = $state.raw<readonly PresetView[]>([]);

  async load(): Promise<void> {
    try {
      this.list = await readPresets();
    } catch (reason) {
      problem.show(sentence(asFault(reason)));
    }
  }

  find(name: string): PresetView | undefined {
    return this.list.find((preset) => preset.name === name);
  }

  title = (preset: PresetView): string => (preset.own ? preset.name : said("preset", preset.name, preset.name));

  note = (preset: PresetView): string => (preset.own ? `${preset.path} · ${t("preset.own")}` : said("preset", `${preset.name}_said`, preset.path));

  async forget(name: string): Promise<void> {
    try {
      await removePreset(name);
      toasts.show(t("preset.removed"), "trash-2");
    } catch (reason) {
      problem.show(sentence(asFault(reason)));
    }
    await this.load();
  }
}

export const presets = new Presets();
