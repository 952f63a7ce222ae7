import { readText } from "../../../../api/call.ts";
import { bodyAddress, readLines, type Form, type Side } from "../../../../api/exchanges.ts";
import { asFault } from "../../../../api/fault.ts";
import { sentence } from "../../../../locale/translate.svelte.ts";
import { copy } from "../../../../parts/copy.ts";
import { problem } from "../../../../state/problem.svelte.ts";

/** Larger bodies do not go through the clipboard, bytes. */
export const largestCopy = 4 * 1_048_576;

/** Lines asked for at a time: as many as the server gives. */
const most = 2_000;

async function readForm(id: string, side: Side, form: Form): Promise<string> {
  const pieces: string[] = [];
  for (let total = 1; pieces.length < total; ) {
    const { lines, numbers, ...answer } = await readLines(id, side, form, pieces.length, most);
    total = lines.length === 0 ? 0 : answer.total;
    // A piece without a number continues the line above.
    for (const [index, line] of lines.entries()) pieces.push(numbers[index] === null || pieces.length === 0 ? line : `\n${line}`);
  }
  return pieces.join("");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What is shown: indented JSON is put together from its lines, any other text is the same in every form. */
async function shownText(id: string, side: Side, form: Form): Promise<string> {
  const text = form === "exact" ? null : await readForm(id, side, form);
  return text !== null && isJson(text) ? text : readText(bodyAddress(id, side));
}

export async function copyBody(id: string, side: Side, form: Form): Promise<void> {
  try {
    await copy(await shownText(id, side, form));
  } catch (reason) {
    problem.show(sentence(asFault(reason)));
  }
}
