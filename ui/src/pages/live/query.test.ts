import { expect, test } from "vitest";
import type { ExchangeRow } from "../../api/generated/ExchangeRow";
import { clientName, fitsFacets, fitsStatus, fitsWords, isEmptyQuery, noPicks, parseQuery, serverQuery } from "./query.ts";

const row = {
  id: "req_1",
  phase: "finished",
  outcome: "done",
  status: 200,
  model: "claude-opus-4-5",
  model_served: null,
  project: "my app",
  site: "api.anthropic.com",
  client: "Claude Code 2.1.328",
  path: "/v1/messages",
  error: null,
} as ExchangeRow;

test("words and facets are told apart", () => {
  expect(parseQuery('retry model:Opus status:5xx project:"my app" url:x')).toEqual({
    words: ["retry", "url:x"],
    typed: { model: ["opus"], status: ["5xx"], project: ["my app"] },
  });
});

test("facets match parts of names, picks match whole ones", () => {
  expect(fitsFacets(row, parseQuery("model:opus"), noPicks)).toBe(true);
  expect(fitsFacets(row, parseQuery("model:sonnet"), noPicks)).toBe(false);
  expect(fitsFacets(row, parseQuery("model:sonnet model:opus"), noPicks)).toBe(true);
  expect(fitsFacets(row, parseQuery(""), { ...noPicks, model: ["opus"] })).toBe(false);
  expect(fitsFacets(row, parseQuery(""), { ...noPicks, client: ["Claude Code"] })).toBe(true);
});

test("status is a word, a class or a number", () => {
  const failed = { ...row, outcome: "error", status: 502 };
  expect(["ok", "2xx", "200", "done"].every((wanted) => fitsStatus(row, wanted))).toBe(true);
  expect(["failed", "5xx", "502", "error"].every((wanted) => fitsStatus(failed, wanted))).toBe(true);
  expect(fitsStatus({ ...row, phase: "waiting", outcome: "running", status: null }, "running")).toBe(true);
  expect(fitsStatus({ ...row, outcome: "client_left" }, "failed")).toBe(false);
});

test("all words must occur", () => {
  expect(fitsWords(row, ["opus", "messages"])).toBe(true);
  expect(fitsWords(row, ["opus", "nothing"])).toBe(false);
});

test("the server gets words and single picks", () => {
  expect(serverQuery(parseQuery("retry loop model:opus"), { ...noPicks, site: ["a"], project: ["b", "c"] })).toEqual({
    q: "retry loop",
    site: "a",
  });
  expect(isEmptyQuery(parseQuery("  "), noPicks)).toBe(true);
});

test("clients lose their version", () => {
  expect(clientName("Claude Code 2.1.328")).toBe("Claude Code");
  expect(clientName("openai-python/1.40.0")).toBe("openai-python");
});
