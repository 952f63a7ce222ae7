/** Running rows are redrawn at most this often, ms. */
const beat = 250;

class Now {
  ms = $state(Date.now());
  /** Changes once a day, so rows may read it without being redrawn with every beat. */
  today = $derived(new Date(this.ms).toDateString());

  /** Beats while `wanted` says so and the window is visible. */
  start(wanted: () => boolean): () => void {
    const timer = setInterval(() => {
      if (!document.hidden && wanted()) this.ms = Date.now();
    }, beat);
    return () => clearInterval(timer);
  }
}

export const now = new Now();
