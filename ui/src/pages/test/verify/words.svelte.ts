// The tester's own sentences: claims come as a code and values, the words from the server, once a language.
import type { Claim } from "../../../api/generated/Claim";
import { readWords } from "../../../api/verify.ts";
import { locale, said } from "../../../locale/translate.svelte.ts";

type Sentences = Readonly<Record<string, string>>;

class TesterWords {
  #known = $state.raw<Readonly<Record<string, Sentences>>>({});
  #asked = new Set<string>();

  /** Asks for the sentences of the language that is shown, unless they are there. */
  load(): void {
    const language = locale.language;
    if (this.#asked.has(language)) return;
    this.#asked.add(language);
    readWords(language).then(
      (sentences) => (this.#known = { ...this.#known, [language]: sentences }),
      () => this.#asked.delete(language),
    );
  }

  /** A sentence by its code; nothing while there is none. */
  text(code: string, values: Readonly<Record<string, string | undefined>> = {}): string {
    const sentence = this.#known[locale.language]?.[code] ?? "";
    const filled = sentence.replace(/\{([\w-]+)\}/g, (slot, name: string) => values[name] ?? slot);
    // The spaces are for Latin words in the gaps.
    return filled.replace(/(\p{Script=Han}) (?=\p{Script=Han})/gu, "$1");
  }

  say(claim: Claim | null): string {
    if (claim === null) return "";
    const { channel, before, after } = claim.params ?? {};
    const named = channel === undefined ? "" : this.text(`channel.${channel}`);
    const values = { ...claim.params, ...(named === "" ? {} : { channel: named }), ...formWords(claim.code, { before, after }) };
    const text = this.text(claim.code, values);
    return text === "" ? claim.code : text;
  }
}

/** What a form of ordinary answers was and is, in words; names of models stay as they are. */
function formWords(code: string, forms: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const [, form] = /^passive\.(.+)$/.exec(code) ?? [];
  const known = Object.entries(forms).filter((entry): entry is [string, string] => form !== undefined && entry[1] !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, said("traits", `${form}_${value}`, value)]));
}

export const testerWords = new TesterWords();
