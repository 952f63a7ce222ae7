// What balances are counted in on this page; the choice lasts in this window.
import type { Display } from "../../format/balance.ts";
import { store, storedChoice } from "../../state/stored.ts";

class BalanceDisplay {
  unit = $state(storedChoice<Display>("balance.unit", ["station", "usd", "cny", "tokens"]));

  choose(unit: Display): void {
    this.unit = unit;
    store("balance.unit", unit);
  }
}

export const display = new BalanceDisplay();
