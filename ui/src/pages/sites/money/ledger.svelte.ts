// Records of one site: bought, given, entered by hand. Read again when something changed.
import { asFault, type Fault } from "../../../api/fault.ts";
import type { EntryInput } from "../../../api/generated/EntryInput";
import type { EntryView } from "../../../api/generated/EntryView";
import type { LedgerView } from "../../../api/generated/LedgerView";
import { addEntry, changeEntry, deleteEntry, readLedger } from "../../../api/stations.ts";
import { isoDay } from "../../../format/clock.ts";
import { t } from "../../../locale/translate.svelte.ts";
import { attempt, refusal } from "../../../state/attempt.ts";
import { stationStore } from "../../../state/stationStore.svelte.ts";
import { toasts } from "../../../state/toasts.svelte.ts";

export type EntryKind = "recharge" | "balance" | "check-in";

export const emptyEntry = (): EntryInput => ({ kind: "recharge", date: isoDay(new Date()), paid: "", currency: "CNY", credit_usd: "", method: "", note: "" });

/** A record as it is typed. Its moment is kept where the day is not changed. */
export function asInput(entry: EntryView): EntryInput {
  const text = (value: number | null): string => (value === null ? "" : String(value));
  return { kind: entry.kind, date: isoDay(new Date(entry.at)), paid: text(entry.paid), currency: entry.currency ?? "CNY", credit_usd: text(entry.credit_usd), method: entry.method, note: entry.note };
}

/** `1,234.50` and `12.5` are amounts; an empty one is unknown. */
export function amountError(text: string): string {
  const plain = text.trim();
  return plain === "" || /^(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$/.test(plain) ? "" : t("invalid.amount");
}

/** Without the commas that people write between thousands. */
export const plainAmount = (text: string): string => text.trim().replaceAll(",", "");

export function entryError(input: EntryInput): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(input.date) || Number.isNaN(Date.parse(input.date))) return t("invalid.date");
  const amounts = amountError(input.paid) || amountError(input.credit_usd);
  if (amounts !== "") return amounts;
  return input.paid.trim() === "" && input.credit_usd.trim() === "" ? t("ledger.needsAmount") : "";
}

const cleaned = (input: EntryInput): EntryInput => ({ ...input, paid: plainAmount(input.paid), credit_usd: plainAmount(input.credit_usd), method: input.method.trim(), note: input.note.trim() });

export class Ledger {
  view = $state.raw<LedgerView | null>(null);
  fault = $state.raw<Fault | null>(null);
  readonly #site: string;

  constructor(site: string) {
    this.#site = site;
  }

  async read(): Promise<void> {
    try {
      [this.view, this.fault] = [await readLedger(this.#site), null];
    } catch (reason) {
      this.fault = asFault(reason);
    }
  }

  /** The sentence why not, or nothing. */
  add(input: EntryInput): Promise<string> {
    return refusal(() => this.#take(addEntry(this.#site, cleaned(input)), t("ledger.added")));
  }

  change(id: string, input: EntryInput): Promise<string> {
    return refusal(() => this.#take(changeEntry(id, cleaned(input)), t("ledger.changed")));
  }

  /** Gone at once, with a way back. */
  async remove(entry: EntryView): Promise<void> {
    await attempt(async () => {
      this.view = await deleteEntry(entry.id);
      stationStore.changed();
      toasts.show(t("ledger.removed"), "trash-2", { label: t("app.undo"), run: () => void attempt(() => this.#take(addEntry(this.#site, { ...asInput(entry), date: entry.at }))) });
    });
  }

  async #take(answer: Promise<LedgerView>, said = ""): Promise<void> {
    this.view = await answer;
    stationStore.changed();
    if (said !== "") toasts.show(said);
  }
}
