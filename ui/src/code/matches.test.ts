import { expect, test } from "vitest";
import { markedPieces } from "./matches.ts";

const marks = (text: string, wanted: string, current: number | null = null): string[] =>
  (markedPieces(text, wanted, current) ?? []).map((piece) => `${piece.kind}:${piece.text}`);

test("matches are found whatever the case of ASCII letters", () => {
  expect(marks("Retry the retry", "RETRY", 1)).toEqual(["mark:Retry", ": the ", "current:retry"]);
  expect(markedPieces("nothing", "", null)).toBeNull();
  expect(marks("aaaa", "aa")).toEqual(["mark:aa", "mark:aa"]);
});

test("letters that grow in lower case move no mark", () => expect(marks("İİ x", "x")).toEqual([":İİ ", "mark:x"]));

test("a line of thousands of matches gets few marks, the current one among them", () => {
  const text = "dolor ".repeat(700);
  for (const current of [null, 0, 350, 699]) {
    const pieces = markedPieces(text, "dolor", current) ?? [];
    expect(pieces.length).toBeLessThan(130);
    expect(pieces.filter((piece) => piece.kind === "current").length).toBe(current === null ? 0 : 1);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  }
});
