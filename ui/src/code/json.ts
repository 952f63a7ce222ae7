// Light colouring of JSON, a line at a time and without understanding it: what is broken stays readable.
import { cutAtDirections, hasDirection } from "./bidi.ts";

/** Parts of JSON by their letter, what is searched for, and characters that turn the direction of the text. */
export type Piece = { kind: "k" | "s" | "n" | "b" | "p" | "" | "mark" | "current" | "direction"; text: string };

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

/** Pieces in which every character that turns the direction is one of its own. */
export function withDirections(pieces: Piece[]): Piece[] {
  if (!pieces.some((piece) => hasDirection(piece.text))) return pieces;
  return pieces.flatMap((piece) =>
    cutAtDirections(piece.text)
      .map((text, index): Piece => ({ kind: index % 2 === 1 ? "direction" : piece.kind, text }))
      .filter((part) => part.text !== ""),
  );
}
