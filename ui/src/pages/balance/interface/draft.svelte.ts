// What is typed in the sheet, what was saved, and what a trial read.
import { asFault } from "../../../api/fault.ts";
import type { InterfaceTrial } from "../../../api/generated/InterfaceTrial";
import type { InterfaceView } from "../../../api/generated/InterfaceView";
import { readInterface, saveInterface, tryInterface } from "../../../api/stations.ts";
import { t } from "../../../locale/translate.svelte.ts";
import { stationStore } from "../../../state/stationStore.svelte.ts";
import { toasts } from "../../../state/toasts.svelte.ts";
import { outboundAddress } from "../../settings/check.ts";
import { troubled } from "../words.ts";

type Pointers = InterfaceView["pointers"];

/** As the kind wants it and the settings say. */
const usual: InterfaceView = {
  balance_auth: "", log_auth: "", balance_proxy: "", log_proxy: "", balance_path: "", usage_path: "", logs_path: "",
  pointers: { remaining: "", used: "", granted: "", unlimited: "", expires_at: "", unit: "", divisor: "", log_rows: "", log_total: "", log_time: "", log_model: "", log_token_name: "", log_prompt_tokens: "", log_completion_tokens: "", log_cache_read_tokens: "", log_cost: "", log_duration: "", log_request_id: "", log_unit: "", log_divisor: "" },
};

const same = (one: InterfaceView, other: InterfaceView): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

/** Members in one order, so that two of them can be compared. */
function sorted(view: InterfaceView): unknown {
  return { ...Object.fromEntries(Object.entries({ ...view, pointers: null }).sort()), pointers: Object.fromEntries(Object.entries(view.pointers).sort()) };
}

/** The sentence why a path cannot be one. */
export const pathError = (path: string): string => (path === "" || (path.startsWith("/") && !/\s/.test(path)) ? "" : t("invalid.path"));
/** `usage:` before a pointer means the answer of the usage path. */
export const pointerError = (pointer: string): string => (pointer === "" || (/^(usage:)?\//.test(pointer) && !/[\r\n]/.test(pointer)) ? "" : t("invalid.pointer"));
export const divisorError = (text: string): string => (text === "" || Number(text) > 0 ? "" : t("invalid.divisor"));
export const proxyError = (proxy: string): string => (proxy === "" || proxy === "direct" || proxy === "system" ? "" : outboundAddress(proxy));

export class InterfaceDraft {
  view = $state.raw<InterfaceView>(usual);
  ready = $state(false);
  fault = $state("");
  busy = $state<"save" | "try" | null>(null);
  trial = $state.raw<InterfaceTrial | null>(null);
  #saved = $state.raw<InterfaceView>(usual);
  readonly #site: string;

  constructor(site: string) {
    this.#site = site;
    readInterface(site).then(
      (view) => ([this.view, this.#saved, this.ready] = [view, view, true]),
      (reason: unknown) => (this.fault = troubled(asFault(reason))),
    );
  }

  dirty = $derived(this.ready && !same(this.view, this.#saved));
  isUsual = $derived(same(this.view, usual));
  invalid = $derived.by(() => {
    const { view } = this;
    const paths = [view.balance_path, view.usage_path, view.logs_path].some((path) => pathError(path) !== "");
    const { divisor, log_divisor } = view.pointers;
    const pointers = Object.entries(view.pointers).filter(([name]) => !/(unit|divisor)$/.test(name));
    return paths || [view.balance_proxy, view.log_proxy].some((proxy) => proxyError(proxy) !== "") || pointers.some(([, pointer]) => pointerError(pointer) !== "") || [divisor, log_divisor].some((text) => divisorError(text) !== "");
  });

  set(change: Partial<InterfaceView>): void {
    this.view = { ...this.view, ...change };
    this.fault = "";
  }

  point(change: Partial<Pointers>): void {
    this.set({ pointers: { ...this.view.pointers, ...change } });
  }

  restore(): void {
    this.set(usual);
  }

  async save(): Promise<boolean> {
    return this.#do("save", async () => {
      this.view = this.#saved = await saveInterface(this.#site, this.view);
      toasts.show(t("interface.saved"));
      stationStore.changed();
    });
  }

  /** Asks the station as it stands here. */
  async attempt(): Promise<void> {
    await this.#do("try", async () => {
      this.trial = await tryInterface(this.#site, this.view);
    });
  }

  async #do(what: "save" | "try", act: () => Promise<void>): Promise<boolean> {
    [this.busy, this.fault] = [what, ""];
    try {
      await act();
      return true;
    } catch (reason) {
      this.fault = troubled(asFault(reason));
      return false;
    } finally {
      this.busy = null;
    }
  }
}
