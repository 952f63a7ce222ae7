import { asFault } from "../../api/fault.ts";
import type { Value } from "../../api/program.ts";
import { sentence, t } from "../../locale/translate.svelte.ts";
import { settings } from "../../state/settings.svelte.ts";
import { toasts } from "../../state/toasts.svelte.ts";

/** Saves one setting at once. The answer is the sentence why not, or nothing. */
export async function keep(key: string, value: Value, name: string): Promise<string> {
  try {
    await settings.save({ [key]: value });
    toasts.show(t("settings.saved", { name }));
    return "";
  } catch (reason) {
    return sentence(asFault(reason));
  }
}
