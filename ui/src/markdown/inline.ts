export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis" | "strike"; inlines: Inline[] }
  | { kind: "link"; href: string; inlines: Inline[] }
  | { kind: "break" };

/** Only these can be opened from what a model wrote. */
export function safeAddress(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

// Alternatives in the order in which they win: code, image and link, address in brackets, bare address, strong, strike, emphasis, hard
// break. Bounded repetitions, so that no text makes it slow; no look-behind, which Safari 15 lacks.
const marks = [
  /(`+)([^`]|[^`][^`\n]{0,4000}[^`])\1/,
  /!?\[([^[\]]{0,500})\]\(\s{0,9}<?([^\s()<>]{1,2000})>?(?:\s{1,9}"[^"\n]{0,500}")?\s{0,9}\)/,
  /<(https?:\/\/[^\s<>]{1,2000})>/,
  /(https?:\/\/[^\s<>"'`)\]]{1,2000})/,
  /(\*\*|__)([^\s*_][^\n*]{0,2000})(?:\*\*|__)/,
  /~~([^\s~][^\n~]{0,2000})~~/,
  /([*_])([^\s*_](?:[^\n*_]{0,2000}[^\s*_])?)[*_]/,
  /( {2,}\n|\\\n)/,
];
const mark = new RegExp(marks.map((each) => each.source).join("|"), "g");

/** Emphasis inside emphasis is read this deep. */
const deepest = 5;

export function parseInline(text: string, depth = 0): Inline[] {
  const inlines: Inline[] = [];
  const plain = (part: string): void => {
    const last = inlines.at(-1);
    if (part === "") return;
    if (last?.kind === "text") last.text += part;
    else inlines.push({ kind: "text", text: part });
  };
  let end = 0;
  for (const match of text.matchAll(mark)) {
    plain(text.slice(end, match.index));
    const inline = depth < deepest ? readInline(match, text, depth) : null;
    if (inline === null) plain(match[0]);
    else inlines.push(inline);
    end = match.index + match[0].length;
  }
  plain(text.slice(end));
  return inlines;
}

/** Inside a word `_` and `*` are letters: `snake_case_name`. */
function insideWord(match: RegExpExecArray, text: string): boolean {
  return /\w/.test(text.charAt(match.index - 1)) || /\w/.test(text.charAt(match.index + match[0].length));
}

function readInline(match: RegExpExecArray, text: string, depth: number): Inline | null {
  const [, ticks, code, label, target, bracketed, bare, strongMark, strong, strike, , emphasis, hardBreak] = match;
  if (ticks !== undefined) return { kind: "code", text: (code ?? "").trim() };
  if (target !== undefined) return readLink(target, label ?? "", depth);
  const address = bracketed ?? bare;
  if (address !== undefined) return readLink(address, address, deepest);
  if (strong !== undefined) {
    if (strongMark === "__" && insideWord(match, text)) return null;
    return { kind: "strong", inlines: parseInline(strong, depth + 1) };
  }
  if (strike !== undefined) return { kind: "strike", inlines: parseInline(strike, depth + 1) };
  if (emphasis !== undefined) {
    return insideWord(match, text) ? null : { kind: "emphasis", inlines: parseInline(emphasis, depth + 1) };
  }
  return hardBreak === undefined ? null : { kind: "break" };
}

/** Images are links too: nothing is loaded because a model asked for it. */
function readLink(target: string, label: string, depth: number): Inline | null {
  const href = safeAddress(target);
  return href === null ? null : { kind: "link", href, inlines: parseInline(label === "" ? target : label, depth + 1) };
}
