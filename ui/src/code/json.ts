// Light colouring of JSON, a line at a time and without understanding it: what is broken stays readable.
export type Piece = { kind: "k" | "s" | "n" | "b" | "p" | ""; text: string };

const part = /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b|([{}[\],:]+)/g;

/** Longer lines are shown without colour, characters. */
const longest = 2_000;

export function jsonPieces(text: string): Piece[] {
  if (text.length > longest) return [{ kind: "", text }];
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(part)) {
    if (match.index > end) pieces.push({ kind: "", text: text.slice(end, match.index) });
    const [whole, string, colon, number, word] = match;
    if (string !== undefined) {
      pieces.push({ kind: colon === undefined ? "s" : "k", text: string });
      if (colon !== undefined) pieces.push({ kind: "p", text: colon });
    } else {
      pieces.push({ kind: number !== undefined ? "n" : word !== undefined ? "b" : "p", text: whole });
    }
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push({ kind: "", text: text.slice(end) });
  return pieces;
}

const field = /^(event|data|id|retry)(:)/;

/** A line of a body: JSON, or a line of an event stream with JSON in it. */
export function linePieces(text: string): Piece[] {
  const match = field.exec(text);
  if (match === null) return /^\s*["{}[\]\d\-tfn]/.test(text) ? jsonPieces(text) : [{ kind: "", text }];
  const name = match[0];
  const rest = text.slice(name.length);
  return [{ kind: "b", text: name }, ...(match[1] === "data" ? jsonPieces(rest) : [{ kind: "" as const, text: rest }])];
}

/** Text cut at every occurrence of `wanted`, whatever the case; odd members are the matches. */
export function cutAtMatches(text: string, wanted: string): string[] {
  if (wanted === "") return [text];
  const parts: string[] = [];
  const lower = text.toLowerCase();
  const needle = wanted.toLowerCase();
  let end = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, end)) {
    parts.push(text.slice(end, at), text.slice(at, at + needle.length));
    end = at + needle.length;
  }
  return [...parts, text.slice(end)];
}
