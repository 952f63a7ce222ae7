// The last connectivity check of every site, for as long as the panel is open. A check goes on when the page is left.
import { asFault } from "../../../api/fault.ts";
import type { Ping } from "../../../api/generated/Ping";
import { pingSite } from "../../../api/sites.ts";
import { sentence, t } from "../../../locale/translate.svelte.ts";
import { announcer } from "../../../state/toasts.svelte.ts";

type Check = { running: boolean; result: Ping | null; error: string };

const none: Check = { running: false, result: null, error: "" };

class Checks {
  #all = $state.raw<ReadonlyMap<string, Check>>(new Map());

  of(site: string): Check {
    return this.#all.get(site) ?? none;
  }

  async start(site: string, model: string): Promise<void> {
    if (this.of(site).running) return;
    this.#put(site, { running: true, error: "" });
    try {
      const result = await pingSite(site, { model: model === "" ? null : model, key: null, whole: true });
      this.#put(site, { running: false, result });
      announcer.say(result.ok ? t("ping.ok") : t("ping.failed"));
    } catch (reason) {
      this.#put(site, { running: false, result: null, error: sentence(asFault(reason)) });
    }
  }

  #put(site: string, change: Partial<Check>): void {
    this.#all = new Map(this.#all).set(site, { ...this.of(site), ...change });
  }
}

export const checks = new Checks();
