import type { Attachment } from "svelte/attachments";

/** Wait before a tooltip, ms; none while one is open. */
const wait = 400;

/** How long after closing the next one still opens at once, ms. */
const warm = 300;

type Shown = {
  text: string;
  keys: readonly string[];
  anchor: HTMLElement;
  /** What has the keyboard's focus inside the anchor; Esc closes the tooltip before anything else. */
  focused?: HTMLElement;
};

class Tips {
  shown = $state.raw<Shown | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closedAt = 0;

  offer(next: Shown): void {
    clearTimeout(this.#timer);
    // Whoever came by keyboard stopped here on purpose.
    const ready = next.focused !== undefined || this.shown !== null || performance.now() - this.#closedAt < warm;
    if (ready) this.shown = next;
    else this.#timer = setTimeout(() => (this.shown = next), wait);
  }

  close(anchor?: HTMLElement): void {
    clearTimeout(this.#timer);
    if (this.shown === null || (anchor !== undefined && this.shown.anchor !== anchor)) return;
    this.#closedAt = performance.now();
    this.shown = null;
  }
}

export const tips = new Tips();

/** A tooltip on hover and on keyboard focus. */
export function tip(text: string | undefined, keys: readonly string[] = []): Attachment<HTMLElement> {
  return (anchor) => {
    if (text === undefined || text === "") return undefined;
    const open = (): void => tips.offer({ text, keys, anchor });
    const focus = (): void => {
      if (anchor.matches(":focus-visible")) open();
    };
    const close = (): void => tips.close(anchor);
    anchor.addEventListener("pointerenter", open);
    anchor.addEventListener("pointerleave", close);
    anchor.addEventListener("pointerdown", close);
    anchor.addEventListener("focus", focus);
    anchor.addEventListener("blur", close);
    return () => {
      close();
      anchor.removeEventListener("pointerenter", open);
      anchor.removeEventListener("pointerleave", close);
      anchor.removeEventListener("pointerdown", close);
      anchor.removeEventListener("focus", focus);
      anchor.removeEventListener("blur", close);
    };
  };
}
