// What balances are counted in on this page; the choice lasts in this window.
import type { Display } from "../../format/balance.ts";
import { store, storedText } from "../../state/stored.ts";

class BalanceDisplay {
  unit = $state<Display>(storedText("balance.unit", "station") as Display);

  choose(unit: Display): void {
    this.unit = unit;
    store("balance.unit", unit);
  }
}

export const display = new BalanceDisplay();
