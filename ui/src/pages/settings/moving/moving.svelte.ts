// Data from a file and into one. Nothing changes before the plan has been seen; then it is all or nothing.
import { asFault } from "../../../api/fault.ts";
import type { ImportPlan } from "../../../api/generated/ImportPlan";
import { makeExport, previewImport, runImport, type ExportFormat } from "../../../api/stations.ts";
import { download } from "../../../charts/picture.ts";
import { t } from "../../../locale/translate.svelte.ts";
import { siteStore } from "../../../state/siteStore.svelte.ts";
import { settings } from "../../../state/settings.svelte.ts";
import { stationStore } from "../../../state/stationStore.svelte.ts";
import { toasts } from "../../../state/toasts.svelte.ts";
import { troubled } from "../../balance/words.ts";

/** Larger files are not lists of sites, bytes. The server takes no more in one request. */
const largest = 30 * 1_024 * 1_024;

const fileNames: Record<ExportFormat, string> = { relayscope: "relayscope-sites.json", "konata-stats": "stats.json", "konata-config": "config.json" };

export class Importing {
  name = $state("");
  plan = $state.raw<ImportPlan | null>(null);
  error = $state("");
  busy = $state(false);
  withSettings = $state(true);
  amounts = $state<"credit" | "paid_cny">("paid_cny");
  #text = "";

  async choose(file: File): Promise<void> {
    this.name = file.name;
    if (file.size > largest) {
      [this.plan, this.error] = [null, t("moving.tooLarge", { size: Math.ceil(file.size / 1_048_576) })];
      return;
    }
    this.#text = await file.text();
    await this.look();
  }

  /** What would become of the file. */
  async look(): Promise<void> {
    await this.#do(async () => {
      this.plan = await previewImport({ file: this.#text, settings: this.withSettings, amounts: this.amounts });
    });
  }

  async run(): Promise<boolean> {
    return this.#do(async () => {
      const plan = await runImport({ file: this.#text, settings: this.withSettings, amounts: this.amounts });
      this.plan = plan;
      toasts.show(t("moving.done", { sites: plan.new_sites, records: plan.new_records }));
      void Promise.all([siteStore.load(), stationStore.load(), settings.load()]);
    });
  }

  async #do(act: () => Promise<void>): Promise<boolean> {
    [this.busy, this.error] = [true, ""];
    try {
      await act();
      return true;
    } catch (reason) {
      this.plan = null;
      this.error = troubled(asFault(reason));
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** Throws a `Fault` where the server refuses. */
export async function exportTo(format: ExportFormat, withSecrets: boolean): Promise<void> {
  const file = await makeExport(format, withSecrets);
  download(new Blob([JSON.stringify(file, null, 2)], { type: "application/json" }), fileNames[format]);
}
