// Clearing the list: asked, shown at once, and only then told to the server, so that Undo is real.
import { asFault } from "../../api/fault.ts";
import { clearHistory } from "../../api/program.ts";
import { sentence, t } from "../../locale/translate.svelte.ts";
import { live, type Exchange } from "../../state/live.svelte.ts";
import { problem } from "../../state/problem.svelte.ts";
import { toasts } from "../../state/toasts.svelte.ts";
import { history } from "./history.svelte.ts";
import { listing } from "./listing.svelte.ts";

/** How long Undo is offered, ms: as long as the toast stays. */
const grace = 5_000;

class Clearing {
  asking = $state(false);
  /** Whether there is anything to clear: in the list or on disk. */
  possible = $derived(live.list.length > live.running || (live.totals?.kept ?? 0) > 0);
  #kept: readonly Exchange[] | null = null;
  #disk = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  ask(): void {
    if (this.possible) this.asking = true;
  }

  /** `disk`: what is kept on disk goes as well. */
  start(disk: boolean): void {
    this.asking = false;
    void this.commit();
    this.#kept = live.list;
    this.#disk = disk;
    const cleared = live.list.length - live.running;
    live.clear();
    history.reset();
    listing.older = false;
    this.#timer = setTimeout(() => void this.commit(), grace);
    addEventListener("pagehide", this.#leave, { once: true });
    toasts.show(disk ? t("live.clearedDisk") : t("live.cleared", { count: cleared }), "trash-2", { label: t("app.undo"), run: () => this.undo() });
  }

  undo(): void {
    if (this.#kept === null) return;
    clearTimeout(this.#timer);
    live.restore(this.#kept);
    this.#kept = null;
    listing.older = true;
    toasts.show(t("live.restored"), "undo-2");
  }

  /** Tells the server what was decided, if that is still to be done. */
  async commit(leaving = false): Promise<void> {
    if (this.#kept === null) return;
    const kept = this.#kept;
    this.#kept = null;
    clearTimeout(this.#timer);
    removeEventListener("pagehide", this.#leave);
    try {
      live.expectClearing();
      await clearHistory(this.#disk, leaving);
    } catch (reason) {
      live.restore(kept);
      listing.older = true;
      problem.show(sentence(asFault(reason)));
    }
  }

  #leave = (): void => void this.commit(true);
}

export const clearing = new Clearing();
