import { expect, test } from "vitest";
import { joinPieces } from "./joinPieces.ts";

test("a broken line is whole again, its characters counted as the server counts them", () => {
  const long = "𝄞".repeat(4_000);
  expect(joinPieces(["{", `${"x".repeat(4_000)}`, "tail", "}"])).toBe(`{\n${"x".repeat(4_000)}tail\n}`);
  expect(joinPieces([long, "end"])).toBe(`${long}end`);
  expect(joinPieces(["𝄞".repeat(2_000), "end"])).toBe(`${"𝄞".repeat(2_000)}\nend`);
  expect(joinPieces([])).toBe("");
});
