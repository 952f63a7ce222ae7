/** Ages of minutes are written anew this often, ms. */
const beat = 20_000;

/** The time for words like "2 min ago": it moves seldom, so that nothing is redrawn for it. */
class Slow {
  ms = $state(Date.now());

  start(): () => void {
    const timer = setInterval(() => {
      if (!document.hidden) this.ms = Date.now();
    }, beat);
    return () => clearInterval(timer);
  }
}

export const slow = new Slow();
