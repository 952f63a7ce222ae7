import type { Key } from "../../locale/translate.svelte.ts";
import { store, stored } from "../../state/stored.ts";
import type { SortKey } from "./sort.ts";

export type ColumnId =
  | "status" | "time" | "model" | "project" | "site" | "route" | "io" | "cache" | "ttft" | "speed" | "total" | "cost" | "advisor";

export type Column = {
  id: ColumnId;
  title: Key;
  /** What it measures, for the tooltip of its head. */
  about: Key;
  /** Px; the site takes what is left. */
  width: number;
  /** Width in a narrow table, where it differs. */
  narrow?: number;
  number?: boolean;
  sort?: SortKey;
  /** Never leaves and cannot be hidden. */
  fixed?: boolean;
};

const all: readonly Column[] = [
  { id: "status", title: "columns.status", about: "measures.status", width: 40, narrow: 36, fixed: true },
  { id: "time", title: "columns.time", about: "measures.time", width: 66, sort: "time", fixed: true },
  { id: "model", title: "columns.model", about: "measures.model", width: 122, sort: "model", fixed: true },
  { id: "project", title: "columns.project", about: "measures.project", width: 78, sort: "project" },
  { id: "site", title: "columns.site", about: "measures.site", width: 0, sort: "site" },
  { id: "route", title: "columns.route", about: "measures.route", width: 142 },
  { id: "io", title: "columns.io", about: "measures.input", width: 92, narrow: 88, number: true, sort: "input", fixed: true },
  { id: "cache", title: "columns.cache", about: "measures.cache", width: 48, number: true, sort: "cache" },
  { id: "ttft", title: "columns.ttft", about: "measures.firstToken", width: 54, number: true, sort: "ttft" },
  { id: "speed", title: "columns.speed", about: "measures.speed", width: 40, number: true, sort: "speed" },
  { id: "total", title: "columns.total", about: "measures.total", width: 118, narrow: 92, sort: "total", fixed: true },
  { id: "cost", title: "columns.cost", about: "measures.cost", width: 64, number: true, sort: "cost", fixed: true },
  { id: "advisor", title: "columns.advisor", about: "measures.advisor", width: 48, number: true },
];

/** The site needs this much to be of use, px. */
const leastSite = 112;

/** Who goes first when the table gets narrow. */
const leaving: readonly ColumnId[] = ["route", "project", "cache", "speed"];

/** A date before the clock needs more room, px. */
const datedTime = 86;

class Columns {
  hidden = $state.raw<readonly ColumnId[]>(stored<readonly ColumnId[]>("hiddenColumns", []));
  order = $state.raw<readonly ColumnId[]>(stored<readonly ColumnId[]>("columnOrder", []));
  /** Width of the table, px. */
  width = $state(1044);
  /** Whether a row of another day is on screen. */
  dated = $state(false);

  ordered = $derived(
    this.order.length === all.length && all.every((column) => this.order.includes(column.id))
      ? this.order.flatMap((id) => all.filter((column) => column.id === id))
      : all,
  );

  #left = $derived.by(() => {
    const gone = new Set(this.hidden);
    const needed = (): number =>
      all.reduce((sum, column) => sum + (gone.has(column.id) ? 0 : this.#full(column)), gone.has("site") ? 0 : leastSite);
    for (const id of leaving) if (needed() > this.width) gone.add(id);
    return { gone, narrow: needed() > this.width };
  });

  shown = $derived(this.ordered.filter((column) => !this.#left.gone.has(column.id)));
  narrow = $derived(this.#left.narrow);

  #full(column: Column): number {
    return column.id === "time" && this.dated ? datedTime : column.width;
  }

  widthOf(column: Column): number | undefined {
    if (column.width === 0) return undefined;
    return this.narrow && column.narrow !== undefined ? column.narrow : this.#full(column);
  }

  toggle(id: ColumnId): void {
    this.hidden = this.hidden.includes(id) ? this.hidden.filter((each) => each !== id) : [...this.hidden, id];
    store("hiddenColumns", this.hidden);
  }

  /** Puts one column in front of another. */
  move(id: ColumnId, before: ColumnId): void {
    if (id === before) return;
    const rest = this.ordered.map((column) => column.id).filter((each) => each !== id);
    rest.splice(rest.indexOf(before), 0, id);
    this.order = rest;
    store("columnOrder", this.order);
  }

  reset(): void {
    this.hidden = [];
    this.order = [];
    store("hiddenColumns", []);
    store("columnOrder", []);
  }
}

export const columns = new Columns();
export const allColumns = all;
