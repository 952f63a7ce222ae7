import { expect, test } from "vitest";
import { jsonPieces, linePieces } from "./json.ts";

test("keys, strings, numbers and words", () => {
  const kinds = jsonPieces('{"a": "b", "c": -1.5e3, "d": null}').map((piece) => piece.kind).join("");
  expect(kinds).toBe("pkpspkpnpkpbp");
});

test("nothing is lost, whatever the text", () => {
  for (const text of ['"open', '{"a":"\\"}', "no json at all", 'data: {"x":1}', "event: ping", "", '\u0000"é"']) {
    expect(linePieces(text).map((piece) => piece.text).join("")).toBe(text);
  }
});
