import { Fault } from "../api/fault.ts";
import { sentence, t } from "../locale/translate.svelte.ts";
import { problem } from "../state/problem.svelte.ts";
import { toasts } from "../state/toasts.svelte.ts";

/** Copies and says so. Where the clipboard is closed to us, a hidden field does it the old way. */
export async function copy(text: string, said = t("app.copied")): Promise<boolean> {
  const done = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  if (done === true || copyOldWay(text)) {
    toasts.show(said, "copy");
    return true;
  }
  problem.show(sentence(new Fault(0, "clipboard", "")));
  return false;
}

function copyOldWay(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
