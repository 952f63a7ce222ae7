import { asFault, type Fault } from "../api/fault.ts";
import { changeConfig, readConfig, type Config, type Value } from "../api/program.ts";
import { appearance } from "./appearance.svelte.ts";

class Settings {
  config = $state.raw<Config | null>(null);
  fault = $state.raw<Fault | null>(null);
  needsRestart = $derived(this.config?.needs_restart ?? []);

  async load(): Promise<void> {
    try {
      this.#take(await readConfig());
      this.fault = null;
    } catch (reason) {
      this.fault = asFault(reason);
    }
  }

  /** `server.port` → its value; `null` where the server does not have it. */
  value(key: string): Value {
    let at: unknown = this.config;
    for (const part of key.split(".")) {
      if (typeof at !== "object" || at === null) return null;
      at = (at as Record<string, unknown>)[part];
    }
    return typeof at === "string" || typeof at === "number" || typeof at === "boolean" ? at : null;
  }

  /** Throws a `Fault` where the server refuses. */
  async save(changes: Record<string, Value>): Promise<void> {
    this.#take(await changeConfig(changes));
  }

  #take(config: Config): void {
    this.config = config;
    appearance.take(this.value("ui.theme"), this.value("ui.language"), this.value("ui.density"));
  }
}

export const settings = new Settings();
