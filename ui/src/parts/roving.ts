import type { Attachment } from "svelte/attachments";

const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Arrow keys, Home and End move the focus among the children that fit; Tab leaves the group. */
export function roving(selector: string): Attachment<HTMLElement> {
  return (group) => {
    const move = (event: KeyboardEvent): void => {
      // With Alt the arrows move the thing itself, not the focus.
      if (event.altKey) return;
      const items = [...group.querySelectorAll<HTMLElement>(selector)].filter((item) => !item.hasAttribute("disabled"));
      const at = items.indexOf(document.activeElement as HTMLElement);
      if (at < 0) return;
      const step = steps[event.key];
      let to: number;
      if (step !== undefined) to = (at + step + items.length) % items.length;
      else if (event.key === "Home") to = 0;
      else if (event.key === "End") to = items.length - 1;
      else return;
      event.preventDefault();
      items[to]?.focus();
    };
    group.addEventListener("keydown", move);
    return () => group.removeEventListener("keydown", move);
  };
}
