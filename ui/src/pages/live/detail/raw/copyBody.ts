import { readText } from "../../../../api/call.ts";
import { asFault } from "../../../../api/fault.ts";
import { sentence, t } from "../../../../locale/translate.svelte.ts";
import { copy } from "../../../../parts/copy.ts";
import { problem } from "../../../../state/problem.svelte.ts";

/** Larger bodies do not go through the clipboard, bytes. */
const largest = 4 * 1_048_576;

export async function copyBody(address: string, size: number): Promise<void> {
  if (size > largest) {
    problem.show(t("raw.tooLarge"));
    return;
  }
  try {
    await copy(await readText(address));
  } catch (reason) {
    problem.show(sentence(asFault(reason)));
  }
}
