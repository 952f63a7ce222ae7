/** What covers the page; one at a time. */
class Overlay {
  shown = $state<"none" | "palette" | "keys" | "site">("none");

  toggle(which: "palette" | "keys"): void {
    this.shown = this.shown === which ? "none" : which;
  }

  close(): void {
    this.shown = "none";
  }
}

export const overlay = new Overlay();
