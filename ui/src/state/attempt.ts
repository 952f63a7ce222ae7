import { asFault } from "../api/fault.ts";
import { sentence } from "../locale/translate.svelte.ts";
import { problem } from "./problem.svelte.ts";

/** Does something that may be refused; a refusal becomes the banner. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    problem.clear();
    return true;
  } catch (reason) {
    problem.show(sentence(asFault(reason)));
    return false;
  }
}

/** The same where the refusal stands beside a field: the sentence why not, or nothing. */
export async function refusal(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return "";
  } catch (reason) {
    return sentence(asFault(reason));
  }
}
