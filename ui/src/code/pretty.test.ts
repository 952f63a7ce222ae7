import { expect, test } from "vitest";
import { pretty } from "./pretty.ts";

const text = (body: string): string => pretty(body).map((piece) => piece.text).join("");

test("JSON gets its indents", () => expect(text('{"a":[1,"x"]}')).toBe('{\n  "a": [\n    1,\n    "x"\n  ]\n}'));

test("nothing else is changed", () => {
  for (const body of ["<html>{}</html>", '{"cut": tru', "404 page not found", '{"quota":12345678901234567890}']) expect(text(body)).toBe(body);
});
