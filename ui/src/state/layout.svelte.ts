import { store, stored, storedChoice } from "./stored.ts";

export type Dock = "bottom" | "right";
export type View = "parsed" | "raw";

/** Below this width the sidebar is a rail, px. The style sheet has the same number. */
const railBelow = 1120;

/** Below this height an open detail takes the place of the figures, px. */
const lowBelow = 700;

class Layout {
  width = $state(innerWidth);
  height = $state(innerHeight);
  collapsed = $state(stored<boolean>("collapsed", false));
  dock = $state(storedChoice<Dock>("dock", ["bottom", "right"]));
  view = $state(storedChoice<View>("view", ["parsed", "raw"]));
  /** Height of the bottom panel, px; `null` until it is dragged. */
  bottomSize = $state<number | null>(stored<number | null>("bottomSize", null));
  /** Width of the right panel, px. */
  rightSize = $state<number | null>(stored<number | null>("rightSize", null));

  narrow = $derived(this.width < railBelow);
  low = $derived(this.height <= lowBelow);
  rail = $derived(this.narrow || this.collapsed);

  start(): () => void {
    const measure = (): void => {
      this.width = innerWidth;
      this.height = innerHeight;
    };
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }

  toggleSidebar(): void {
    this.collapsed = !this.collapsed;
    store("collapsed", this.collapsed);
  }

  toggleDock(): void {
    this.dock = this.dock === "bottom" ? "right" : "bottom";
    store("dock", this.dock);
  }

  show(view: View): void {
    this.view = view;
    store("view", view);
  }

  /** Without a size: back to the default. */
  resize(dock: Dock, size: number | null): void {
    if (dock === "bottom") this.bottomSize = size;
    else this.rightSize = size;
    store(dock === "bottom" ? "bottomSize" : "rightSize", size);
  }
}

export const layout = new Layout();
