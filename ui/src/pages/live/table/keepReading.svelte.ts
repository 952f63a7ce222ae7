import { untrack } from "svelte";
import { connection } from "../../../state/connection.svelte.ts";
import { live } from "../../../state/live.svelte.ts";
import { history } from "../history.svelte.ts";
import { listing } from "../listing.svelte.ts";

/** Older rows are read when less than this is left below the window, px. */
const reserve = 280;

/** A question is asked when the typing rests, ms. */
const rest = 250;

/** Outlives the table: coming back from another page is no clearing. */
let handledClearings = 0;

/** Reads older rows as the end of the list comes near, and searches the store for what is typed. */
export function keepReading(left: () => number): void {
  let asked = "";
  // Whoever cleared the list, older rows must not fill it again by themselves.
  $effect(() => {
    if (live.clearings === handledClearings) return;
    handledClearings = live.clearings;
    untrack(() => history.reset());
    listing.older = false;
  });
  $effect(() => {
    const parameters = listing.parameters;
    const key = JSON.stringify(parameters);
    if (key === asked) return undefined;
    const timer = setTimeout(() => {
      asked = key;
      history.ask(parameters);
      if (listing.query.words.length > 0) void history.more();
    }, rest);
    return () => clearTimeout(timer);
  });
  $effect(() => {
    const wanted = live.ready && connection.state !== "lost" && (listing.older || listing.query.words.length > 0);
    if (!wanted || history.busy || history.done || history.budget <= 0 || left() > reserve) return undefined;
    const timer = setTimeout(() => void history.more(), rest);
    return () => clearTimeout(timer);
  });
}
