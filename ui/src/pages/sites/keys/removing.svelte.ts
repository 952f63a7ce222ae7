// Removing a key: gone from view at once, told to the server only when Undo is over.
import type { KeyView } from "../../../api/generated/KeyView";
import { deleteKey } from "../../../api/sites.ts";
import { t } from "../../../locale/translate.svelte.ts";
import { attempt } from "../../../state/attempt.ts";
import { siteStore } from "../../../state/siteStore.svelte.ts";
import { toasts } from "../../../state/toasts.svelte.ts";

/** How long Undo is offered, ms. */
const grace = 6_000;

class Removing {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  start(key: KeyView): void {
    if (this.#timers.size === 0) addEventListener("pagehide", this.#leave, { once: true });
    siteStore.hideKey(key.id, true);
    this.#timers.set(key.id, setTimeout(() => void this.#commit(key.id), grace));
    toasts.show(t("keyRow.removed", { label: key.label }), "trash-2", { label: t("app.undo"), run: () => this.#undo(key.id) }, grace);
  }

  #undo(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    siteStore.hideKey(id, false);
  }

  async #commit(id: string, leaving = false): Promise<void> {
    clearTimeout(this.#timers.get(id));
    if (!this.#timers.delete(id)) return;
    await attempt(() => deleteKey(id, leaving));
    await siteStore.load();
    siteStore.hideKey(id, false);
  }

  #leave = (): void => {
    for (const id of [...this.#timers.keys()]) void this.#commit(id, true);
  };
}

export const removing = new Removing();
