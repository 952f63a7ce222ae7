import { describe, expect, test } from "vitest";
import { dropped, moved, stepped, switched } from "./order.ts";

describe("switching the default site", () => {
  test("a fallback changes places with it", () => expect(switched(["a", "b", "c"], "c")).toEqual(["c", "b", "a"]));
  test("a site from outside takes its place", () => expect(switched(["a", "b"], "d")).toEqual(["d", "b"]));
  test("the first site of all", () => expect(switched([], "a")).toEqual(["a"]));
  test("the same again changes nothing", () => expect(switched(["a", "b"], "a")).toEqual(["a", "b"]));
});

test("moving keeps the rest in order", () => {
  expect(moved(["a", "b", "c"], "a", 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b", "c"], "c", -3)).toEqual(["c", "a", "b"]);
});

describe("the order of the list", () => {
  const sites = [
    { id: "p", pinned: true },
    { id: "a", pinned: false },
    { id: "b", pinned: false },
  ];
  test("pinned ones stay on top", () => {
    expect(dropped(sites, "b", "p")).toBeNull();
    expect(stepped(sites, "a", -1)).toBeNull();
  });
  test("one step and no further", () => {
    expect(stepped(sites, "a", 1)).toEqual(["p", "b", "a"]);
    expect(stepped(sites, "b", 1)).toBeNull();
  });
});
