import { jsonPieces, type Piece } from "./json.ts";

/** More lines than this stay without colour. */
const mostLines = 600;

/** Numbers that a double cannot hold: reading and writing them again would change them. */
const long = /\d{16,}/;

function indented(body: string): string {
  if (long.test(body)) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** JSON with indents and colours; anything else word for word. */
export function pretty(body: string): Piece[] {
  const text = indented(body);
  const lines = text.split("\n");
  if (lines.length > mostLines || !/^\s*[{[]/.test(text)) return [{ kind: "", text }];
  return lines.flatMap((line, index) => [...(index === 0 ? [] : [{ kind: "" as const, text: "\n" }]), ...jsonPieces(line)]);
}
