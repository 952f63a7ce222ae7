// All tests: those that run are followed, the report of the chosen one is kept.
import { asFault, type Fault } from "../../../api/fault.ts";
import type { VerifyAsk } from "../../../api/generated/VerifyAsk";
import type { VerifyDetail } from "../../../api/generated/VerifyDetail";
import type { VerifyRun } from "../../../api/generated/VerifyRun";
import { beginTest, cancelTest, forgetTest, readRun, readRuns } from "../../../api/verify.ts";
import { sentence, t } from "../../../locale/translate.svelte.ts";
import { problem } from "../../../state/problem.svelte.ts";
import { announcer } from "../../../state/toasts.svelte.ts";

/** How often a test that runs is looked at, ms. */
const look = 500;

class Runs {
  list = $state.raw<readonly VerifyRun[]>([]);
  ready = $state(false);
  fault = $state.raw<Fault | null>(null);
  /** The test that is shown, with its report or how far it is. */
  detail = $state.raw<VerifyDetail | null>(null);
  /** Tests that were told to stop. */
  stopping = $state.raw<ReadonlySet<string>>(new Set());

  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted = "";

  of(site: string): readonly VerifyRun[] {
    return this.list.filter((run) => run.site_id === site);
  }

  async load(): Promise<void> {
    try {
      this.list = await readRuns();
      this.fault = null;
    } catch (reason) {
      this.fault = asFault(reason);
    }
    this.ready = true;
  }

  /** Shows a test and follows it to its end. */
  async show(id: string): Promise<void> {
    clearTimeout(this.#timer);
    this.#wanted = id;
    if (id === "") {
      this.detail = null;
      return;
    }
    try {
      const detail = await readRun(id);
      if (this.#wanted !== id) return;
      const was = this.detail;
      this.detail = detail;
      if (detail.run.state === "running") this.#timer = setTimeout(() => void this.show(id), look);
      else if (was?.run.id === id && was.run.state === "running") {
        announcer.say(t("verify.verdict") + " " + t(`verify.${detail.run.verdict ?? "unverifiable"}`));
        await this.load();
      }
    } catch (reason) {
      if (this.#wanted !== id) return;
      this.detail = null;
      const fault = asFault(reason);
      if (fault.status === 404) await this.load();
      else problem.show(sentence(fault));
    }
  }

  /** Nobody looks any more. */
  leave(): void {
    clearTimeout(this.#timer);
    this.#wanted = "";
    this.detail = null;
  }

  /** Throws a `Fault` where the server refuses. */
  async begin(site: string, ask: VerifyAsk): Promise<VerifyRun> {
    const run = await beginTest(site, ask);
    this.list = [run, ...this.list.filter((each) => each.id !== run.id)];
    await this.show(run.id);
    return run;
  }

  async cancel(id: string): Promise<void> {
    this.stopping = new Set([...this.stopping, id]);
    await cancelTest(id).catch((reason: unknown) => problem.show(sentence(asFault(reason))));
  }

  async forget(id: string): Promise<void> {
    try {
      await forgetTest(id);
      if (this.#wanted === id) this.leave();
      await this.load();
    } catch (reason) {
      problem.show(sentence(asFault(reason)));
    }
  }
}

export const runs = new Runs();
