import { readCurl } from "../../../api/exchanges.ts";
import { asFault } from "../../../api/fault.ts";
import { sentence, t } from "../../../locale/translate.svelte.ts";
import { copy } from "../../../parts/copy.ts";
import { problem } from "../../../state/problem.svelte.ts";

export async function copyCurl(id: string | null): Promise<void> {
  if (id === null) return;
  try {
    await copy(await readCurl(id), t("detail.curlCopied"));
  } catch (reason) {
    problem.show(sentence(asFault(reason)));
  }
}
