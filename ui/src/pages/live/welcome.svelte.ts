import { live } from "../../state/live.svelte.ts";
import { store, stored } from "../../state/stored.ts";

/** The first-run page: until the first request ever has arrived, or until it is skipped. */
class FirstRun {
  skipped = $state(stored<boolean>("welcomeSkipped", false));
  /** Asked for again from the empty list. */
  wanted = $state(false);

  shown = $derived(
    live.ready && live.proxy?.demo !== true && live.list.length === 0 &&
      (this.wanted || (!this.skipped && live.proxy?.ever_used === false)),
  );

  skip(): void {
    this.wanted = false;
    this.skipped = true;
    store("welcomeSkipped", true);
  }
}

export const welcome = new FirstRun();
