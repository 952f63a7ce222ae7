import { asFault, type Fault } from "../api/fault.ts";
import { readDesktop, readHealth, readSession, type Desktop, type Health, type Session } from "../api/program.ts";

class SessionStore {
  session = $state.raw<Session | null>(null);
  desktop = $state.raw<Desktop | null>(null);
  health = $state.raw<Health | null>(null);
  fault = $state.raw<Fault | null>(null);

  /** Unknown counts as signed in: the server decides anyway, and a banner must not flash. */
  signedIn = $derived(this.session?.signed_in !== false);

  async load(): Promise<void> {
    try {
      this.session = await readSession();
      this.fault = null;
    } catch (reason) {
      this.fault = asFault(reason);
    }
    this.desktop = await readDesktop().catch(() => null);
    await this.loadHealth();
  }

  async loadHealth(): Promise<void> {
    this.health = await readHealth().catch(() => this.health);
  }
}

export const session = new SessionStore();
