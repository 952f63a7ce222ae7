// Where a wanted text stands in a line. Case counts for nothing in ASCII letters, as on the server: other letters may change
// their length with their case.
import type { Piece } from "./json.ts";

/** Matches marked in one line, the nearest to the current one: a line may hold thousands. */
const mostMarks = 12;
const mostMarksAround = 60;

const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function places(text: string, wanted: string): number[] {
  const found: number[] = [];
  if (wanted === "") return found;
  const [line, needle] = [lower(text), lower(wanted)];
  for (let at = line.indexOf(needle); at >= 0; at = line.indexOf(needle, at + needle.length)) found.push(at);
  return found;
}

/** The line with its matches marked; nothing when it holds none. `current` is the match looked at, if it is in this line. */
export function markedPieces(text: string, wanted: string, current: number | null): Piece[] | null {
  const found = places(text, wanted);
  if (found.length === 0) return null;
  const most = current === null ? mostMarks : mostMarksAround;
  const first = Math.max(0, Math.min((current ?? 0) - most / 2, found.length - most));
  const pieces: Piece[] = [];
  let end = 0;
  found.slice(first, first + most).forEach((at, index) => {
    if (at > end) pieces.push({ kind: "", text: text.slice(end, at) });
    end = at + wanted.length;
    pieces.push({ kind: first + index === current ? "current" : "mark", text: text.slice(at, end) });
  });
  if (end < text.length) pieces.push({ kind: "", text: text.slice(end) });
  return pieces;
}
