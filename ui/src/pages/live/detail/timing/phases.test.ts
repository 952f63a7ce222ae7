import { expect, test } from "vitest";
import type { TimingView } from "../../../../api/generated/TimingView";
import { axis, bins, phases } from "./phases.ts";

const timing = (marks: Record<string, number>, reused = true): TimingView => ({
  ttfb_ms: null,
  ttft_ms: null,
  duration_ms: null,
  connection: { reused, dns_ms: 4, connect_ms: 20, tls_ms: 30, remote: null, protocol: null, path: "direct" },
  marks: Object.entries(marks).map(([name, at_ms]) => ({ name, at_ms })),
  tokens_over_time: [],
  stalls: [],
  blocks: [],
});

test("a whole stream has five phases", () => {
  const list = phases(timing({ received: 0, planned: 0.4, sent: 1, head: 700, first_byte: 710, first_token: 1_180, last_token: 23_200, last_byte: 23_300 }));
  expect(list.map((phase) => phase.id)).toEqual(["prepare", "connect", "firstByte", "firstToken", "stream"]);
  expect(list.at(-1)).toMatchObject({ from: 1_180, to: 23_300 });
});

test("a new connection has its length", () => {
  expect(phases(timing({ planned: 2 }, false)).at(-1)).toEqual({ id: "connect", from: 2, to: 56, shows: "length" });
});

test("a request without an answer stops where it stopped", () => {
  expect(phases(timing({ received: 0 })).map((phase) => phase.id)).toEqual(["connect"]);
});

test("slices are joined without losing a token", () => {
  const points = Array.from({ length: 200 }, (_, index): [number, number] => [index * 5, index % 3]);
  const joined = bins(points, 32);
  expect(joined.length).toBe(32);
  expect(joined.reduce((sum, [, tokens]) => sum + tokens, 0)).toBe(points.reduce((sum, [, tokens]) => sum + tokens, 0));
  expect(bins([[1, 2]], 32)).toEqual([[1, 2]]);
});

test("axis", () => {
  expect(axis(23_300).join("|")).toBe("0|6|12|17|23\u00a0s");
  expect(axis(2_000).join("|")).toBe("0|0.5|1.0|1.5|2.0\u00a0s");
  expect(axis(400).join("|")).toBe("0|100|200|300|400\u00a0ms");
  expect(axis(1.8).join("|")).toBe("0|0.5|0.9|1.4|1.8\u00a0ms");
  expect(axis(60_000).join("|")).toBe("0|15|30|45|60\u00a0s");
});
