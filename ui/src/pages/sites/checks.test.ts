import { expect, test } from "vitest";
import { keyLines, keysText, multiplier, nameFrom, siteAddress } from "./checks.ts";

const own = ["127.0.0.1:7357"];

test("an address in any usual form is good", () => {
  for (const text of ["https://api.example", "api.example", "https://api.example/v1/", "http://10.0.0.2:3000/relay", "例子.example"]) {
    expect([text, siteAddress(text, own)]).toEqual([text, ""]);
  }
});

test("what cannot be an address is said", () => {
  expect(siteAddress("", own)).toMatch(/needed/);
  expect(siteAddress("https://me:secret@api.example", own)).toMatch(/user name/);
  expect(siteAddress("https://api.example/?key=1", own)).toMatch(/\?/);
  expect(siteAddress("https://api.example/#x", own)).toMatch(/#/);
  expect(siteAddress("ftp://api.example", own)).toMatch(/http/);
  expect(siteAddress("api example", own)).toMatch(/cannot be read/);
  expect(siteAddress("http://127.0.0.1:7357/v1", own)).toMatch(/own/);
});

test("several lines are several keys", () => {
  expect(keyLines(" sk-a \r\n\n sk-b")).toEqual(["sk-a", "sk-b"]);
  expect(keysText("sk-a\nsk-b")).toBe("");
  expect(keysText(" \n ")).toMatch(/needed/);
  expect(keysText("sk-a b")).toMatch(/space/);
  expect(keysText("sk-a\nsk b")).toMatch(/2/);
  expect(keysText("sk-a\nsk-a")).toMatch(/2/);
  expect(keysText("sk-…")).toMatch(/1/);
});

test("a name to begin with is the host", () => {
  expect(nameFrom("https://api.relay.example/v1")).toBe("relay.example");
  expect(nameFrom("www.relay.example")).toBe("relay.example");
});

test("a multiplier is a number above 0", () => {
  expect(multiplier("0.35")).toBe("");
  for (const text of ["0", "-1", "1,5", ""]) expect(multiplier(text)).not.toBe("");
});
