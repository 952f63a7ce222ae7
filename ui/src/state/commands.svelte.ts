import type { IconName } from "../icons/names.ts";
import type { Shortcut } from "./shortcut.ts";

export type Command = {
  id: string;
  /** Read anew whenever it is shown: the language may have changed. */
  title: () => string;
  icon: IconName;
  shortcut?: Shortcut;
  /** More keys that do the same. */
  also?: readonly Shortcut[];
  /** Whether it can run now. */
  when?: () => boolean;
  /** Left out of the palette: plain movement. */
  quiet?: boolean;
  run: () => void;
};

class Commands {
  #groups = $state.raw<ReadonlyArray<readonly Command[]>>([]);
  all = $derived(this.#groups.flat());

  add(group: readonly Command[]): () => void {
    this.#groups = [...this.#groups, group];
    return () => {
      this.#groups = this.#groups.filter((each) => each !== group);
    };
  }

  /** The last one added wins, so a page may take over a key of the shell. */
  byShortcut(shortcut: Shortcut): Command | undefined {
    return this.all.findLast(
      (command) =>
        (command.shortcut === shortcut || command.also?.includes(shortcut) === true) && command.when?.() !== false,
    );
  }
}

export const commands = new Commands();
