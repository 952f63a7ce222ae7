import { t } from "../../locale/translate.svelte.ts";
import type { Command } from "../../state/commands.svelte.ts";
import { layout } from "../../state/layout.svelte.ts";
import { harAddress } from "../../api/exchanges.ts";
import { clearing } from "./clearing.svelte.ts";
import { copyCurl } from "./detail/copyCurl.ts";
import { listing } from "./listing.svelte.ts";
import { selection } from "./selection.svelte.ts";
import { isRecorded } from "./shape.ts";
import { columns } from "./columns.svelte.ts";

const focus = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();

/** First the detail, then a press more moves the focus into it. */
function openDetail(): void {
  if (selection.id === null) selection.move(1);
  if (selection.open) focus("#detail");
  else selection.open = selection.exchange !== null;
}

const isOpen = (): boolean => selection.open;
const hasBodies = (): boolean => selection.open && selection.exchange !== null && isRecorded(selection.exchange.row);

export function liveCommands(): Command[] {
  return [
    { id: "filter", title: () => t("palette.focusFilter"), icon: "search", shortcut: "/", run: () => focus("#filter") },
    {
      id: "pause",
      title: () => (listing.paused ? t("live.resume") : t("live.pause")),
      icon: "pause",
      shortcut: "space",
      run: () => (listing.paused = !listing.paused),
    },
    { id: "clear", title: () => `${t("live.clear")}…`, icon: "trash-2", run: () => clearing.ask() },
    { id: "har", title: () => t("live.har"), icon: "download", run: () => location.assign(harAddress()) },
    { id: "reset-columns", title: () => t("live.resetColumns"), icon: "columns-3-cog", run: () => columns.reset() },
    { id: "next", title: () => t("palette.next"), icon: "arrow-down", shortcut: "j", also: ["down"], quiet: true, run: () => selection.move(1) },
    { id: "previous", title: () => t("palette.previous"), icon: "arrow-up", shortcut: "k", also: ["up"], quiet: true, run: () => selection.move(-1) },
    { id: "next-open", title: () => t("palette.next"), icon: "arrow-down", shortcut: "]", when: isOpen, run: () => selection.move(1) },
    { id: "previous-open", title: () => t("palette.previous"), icon: "arrow-up", shortcut: "[", when: isOpen, run: () => selection.move(-1) },
    { id: "open", title: () => t("live.open"), icon: "corner-down-left", shortcut: "enter", quiet: true, run: openDetail },
    { id: "raw", title: () => t("palette.showRaw"), icon: "code-xml", shortcut: "r", when: hasBodies, run: () => layout.show("raw") },
    { id: "parsed", title: () => t("palette.showParsed"), icon: "list", shortcut: "p", when: isOpen, run: () => layout.show("parsed") },
    { id: "curl", title: () => t("detail.curl"), icon: "terminal", shortcut: "c", when: hasBodies, run: () => void copyCurl(selection.id) },
    { id: "dock", title: () => t("palette.dock"), icon: "panel-right", shortcut: "mod+\\", run: () => layout.toggleDock() },
    { id: "close-detail", title: () => t("palette.closeDetail"), icon: "x", shortcut: "escape", when: isOpen, run: () => selection.close() },
    {
      id: "clear-text",
      title: () => t("live.clearFilter"),
      icon: "search-x",
      when: () => listing.filtered && !selection.open,
      shortcut: "escape",
      run: () => listing.clearFilter(),
    },
  ];
}
