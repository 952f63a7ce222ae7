import type { Attachment } from "svelte/attachments";
import { roving } from "./roving.ts";

/** Tab stops once in the group, at the first thing with a tooltip; arrow keys go on to the others. */
export const tipStops: Attachment<HTMLElement> = (group) => {
  const mark = (): void => [...group.querySelectorAll<HTMLElement>("[data-tip]")].forEach((item, index) => (item.tabIndex = index === 0 ? 0 : -1));
  const watch = new MutationObserver(mark);
  watch.observe(group, { childList: true, subtree: true });
  mark();
  const still = roving("[data-tip]")(group);
  return () => {
    watch.disconnect();
    still?.();
  };
};
