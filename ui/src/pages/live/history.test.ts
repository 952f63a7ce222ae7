import { beforeEach, expect, test, vi } from "vitest";
import type { Page } from "../../api/exchanges.ts";
import type { ExchangeRow } from "../../api/generated/ExchangeRow";
import type { Message } from "../../api/generated/Message";

const asked: Array<Record<string, string | number | undefined>> = [];
let kept: ExchangeRow[] = [];

vi.mock("../../api/exchanges.ts", () => ({
  readPage: async (query: Record<string, string | number | undefined>): Promise<Page> => {
    asked.push(query);
    const from = Number(query["before"] ?? 0);
    const to = from + Number(query["limit"]);
    return Promise.resolve({ requests: kept.slice(from, to), next: to < kept.length ? String(to) : null });
  },
}));

const { history } = await import("./history.svelte.ts");
const { live } = await import("../../state/live.svelte.ts");

const rows = (count: number): ExchangeRow[] => Array.from({ length: count }, (_, index) => ({ id: `r${count - index}`, phase: "finished" }) as ExchangeRow);

beforeEach(() => {
  asked.length = 0;
  kept = rows(10_200);
  live.apply({ type: "snapshot", run: "one", revision: 1, exchanges: kept.slice(0, 10_000), totals: null, proxy: null } as unknown as Message);
  history.reset();
});

test("what the list shows already is passed over, and costs one page of those that may be read unasked", async () => {
  const before = history.budget;
  history.ask({});
  await history.more();
  expect(history.rows.at(-1)?.id).toBe("r101");
  expect(history.budget).toBe(before - 1);
  expect(asked.length).toBe(11);
  await history.more();
  expect(history.done).toBe(true);
  expect(new Set([...live.list, ...history.rows]).size).toBe(10_200);
});

test("a search reads page by page, because every page tells which rows fit", async () => {
  history.ask({ q: "needle" });
  await history.more();
  expect(asked).toEqual([{ q: "needle", limit: 100, before: undefined }]);
});
