import type { IconName } from "../icons/names.ts";

export type Toast = { id: number; text: string; icon: IconName; act?: { label: string; run: () => void } };

/** How long a toast stays, ms. */
const stay = 5_000;

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;

  show(text: string, icon: IconName = "check", act?: Toast["act"], time = stay): void {
    const toast: Toast = { id: this.#next++, text, icon, ...(act ? { act } : {}) };
    // Said again it is the same news; one with an action stays, as the action is its own.
    const others = this.list.filter((other) => other.text !== text || other.act !== undefined);
    this.list = [...others.slice(-2), toast];
    setTimeout(() => this.close(toast.id), time);
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

class Announcer {
  text = $state("");

  /** Read out by assistive tech; nothing is shown. */
  say(text: string): void {
    this.text = text;
  }
}

export const announcer = new Announcer();
