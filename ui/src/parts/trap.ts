import type { Attachment } from "svelte/attachments";

const reachable = 'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

/** Keeps Tab inside and gives the focus back at the end. Focuses `[data-first]`, else the first that can be. */
export const trap: Attachment<HTMLElement> = (box) => {
  const before = document.activeElement;
  const items = (): HTMLElement[] => [...box.querySelectorAll<HTMLElement>(reachable)].filter((item) => item.tabIndex >= 0);
  (box.querySelector<HTMLElement>("[data-first]") ?? items()[0])?.focus();
  const tab = (event: KeyboardEvent): void => {
    if (event.key !== "Tab") return;
    const all = items();
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement !== edge && box.contains(document.activeElement)) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0])?.focus();
  };
  box.addEventListener("keydown", tab);
  return () => {
    box.removeEventListener("keydown", tab);
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
};
