import { expect, test } from "vitest";
import { codeName } from "./bidi.ts";
import { linePieces, withDirections } from "./json.ts";

test("characters that turn the direction stand by themselves, with their name", () => {
  const text = '{"a":"x\u202ey"}';
  const pieces = withDirections(linePieces(text));
  expect(pieces.filter((piece) => piece.kind === "direction").map((piece) => codeName(piece.text))).toEqual(["U+202E"]);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
});
