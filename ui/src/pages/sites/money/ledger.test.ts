import { expect, test } from "vitest";
import { amountError, asInput, emptyEntry, entryError, plainAmount } from "./ledger.svelte.ts";

test("amounts are written as people write them", () => {
  for (const good of ["", "12", "12.50", "1,234", "1,234,567.8", " 5 "]) expect([good, amountError(good)]).toEqual([good, ""]);
  for (const bad of ["1,23", "¥5", "-5", "1e5", "five", "1.2.3"]) expect(amountError(bad)).not.toBe("");
  expect(plainAmount(" 1,234.50 ")).toBe("1234.50");
});

test("a record needs a day and one amount", () => {
  expect(entryError({ ...emptyEntry(), paid: "50" })).toBe("");
  expect(entryError({ ...emptyEntry(), credit_usd: "50" })).toBe("");
  expect(entryError(emptyEntry())).not.toBe("");
  expect(entryError({ ...emptyEntry(), paid: "50", date: "2026-13-40" })).not.toBe("");
  expect(entryError({ ...emptyEntry(), paid: "5o" })).not.toBe("");
});

test("what nobody said stays empty when a record is edited", () => {
  const entry = { id: "e", kind: "recharge", at: "2026-11-12T12:00:00.000Z", paid: null, currency: null, credit_usd: 5, cny_per_usd: null, method: "", note: "code", source: "user" };
  expect(asInput(entry)).toMatchObject({ paid: "", currency: "CNY", credit_usd: "5", note: "code" });
});
