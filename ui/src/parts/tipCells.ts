import type { Attachment } from "svelte/attachments";

const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

/** Left and right go through what has something to tell in the row with the focus, and back to the row. */
export const tipCells: Attachment<HTMLElement> = (table) => {
  const move = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    const at = event.target instanceof HTMLElement ? event.target : null;
    const row = at?.closest<HTMLElement>("tbody tr[tabindex]");
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || at === null || row === null || row === undefined) return;
    const stops = [row, ...row.querySelectorAll<HTMLElement>("[data-tip]")];
    const next = stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(at) + step))];
    if (next === undefined || next === at) return;
    event.preventDefault();
    if (next !== row) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  };
  table.addEventListener("keydown", move);
  return () => table.removeEventListener("keydown", move);
};
