// The tester's own sentences: claims come as a code and values, the words from the server, once a language.
import type { Claim } from "../../../api/generated/Claim";
import { readWords } from "../../../api/verify.ts";
import { locale } from "../../../locale/translate.svelte.ts";

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
    return sentence.replace(/\{([\w-]+)\}/g, (slot, name: string) => values[name] ?? slot);
  }

  say(claim: Claim | null): string {
    if (claim === null) return "";
    const { channel } = claim.params ?? {};
    const named = channel === undefined ? "" : this.text(`channel.${channel}`);
    const said = this.text(claim.code, named === "" ? claim.params : { ...claim.params, channel: named });
    return said === "" ? claim.code : said;
  }
}

export const testerWords = new TesterWords();
