/** Characters after which the server breaks a line. */
const broken = 4_000;

const isBroken = (piece: string): boolean => piece.length >= broken && [...piece].length === broken;

/** Lines of indented JSON as one text again. A line that is as long as a broken one loses its end: in JSON that means nothing. */
export function joinPieces(pieces: readonly string[]): string {
  return pieces.map((piece, index) => (index === pieces.length - 1 || isBroken(piece) ? piece : `${piece}\n`)).join("");
}
