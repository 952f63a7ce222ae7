import { asFault } from "../api/fault.ts";
import { switchProxy } from "../api/program.ts";
import { sentence, t } from "../locale/translate.svelte.ts";
import { live } from "../state/live.svelte.ts";
import { problem } from "../state/problem.svelte.ts";
import { announcer, toasts } from "../state/toasts.svelte.ts";

export async function turnProxy(on: boolean): Promise<void> {
  try {
    live.proxy = await switchProxy(on);
    problem.clear();
    toasts.show(on ? t("proxy.turnedOn") : t("proxy.turnedOff"), "power");
    announcer.say(on ? t("proxy.announceOn") : t("proxy.announceOff"));
  } catch (reason) {
    problem.show(sentence(asFault(reason)));
  }
}
