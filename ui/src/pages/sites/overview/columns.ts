import type { Key } from "../../../locale/translate.svelte.ts";
import type { SortKey } from "./sorting.ts";

export type Column = { key: SortKey; title: Key; width?: number; number?: boolean; roomy?: boolean; tip?: Key };
export type View = "sites" | "balance";

/** The columns of both overviews. What is `roomy` leaves where there is little room. */
export const columns: Record<View, readonly Column[]> = {
  sites: [
    { key: "name", title: "overview.site" },
    { key: "kind", title: "overview.kind", width: 100 },
    { key: "keys", title: "overview.keys", width: 56 },
    { key: "balance", title: "overview.balance", width: 100, number: true },
    { key: "consumed", title: "overview.consumed", width: 90, number: true, roomy: true, tip: "overview.consumedHint" },
    { key: "burn", title: "overview.burn", width: 76, number: true, tip: "overview.burnHint" },
    { key: "days", title: "overview.days", width: 126, tip: "overview.daysHint" },
    { key: "verdict", title: "overview.verdict", width: 132, roomy: true },
    { key: "ttft", title: "overview.ttft", width: 68, number: true, tip: "overview.figuresHint" },
    { key: "checkin", title: "overview.checkin", width: 88, number: true },
  ],
  balance: [
    { key: "name", title: "overview.site" },
    { key: "kind", title: "overview.kind", width: 124 },
    { key: "balance", title: "overview.balance", width: 104, number: true },
    { key: "consumed", title: "overview.consumed", width: 96, number: true, roomy: true, tip: "overview.consumedHint" },
    { key: "days", title: "overview.days", width: 126, roomy: true, tip: "overview.daysHint" },
    { key: "price", title: "overview.price", width: 64, number: true, tip: "overview.priceHint" },
    { key: "asked", title: "overview.asked", width: 206 },
    { key: "act", title: "overview.act", width: 92 },
  ],
};
