import { expect, test } from "./panel.ts";
import { finished, mockList, type Row } from "./mocked.ts";

const many = 10_000;

/** Places of the list that are looked at, from top to bottom. */
const steps = 120;

/** Rows that may be drawn: a window full of them and some beyond. */
const fewRows = 80;

test("ten thousand rows scroll without a gap, and few of them are drawn", async ({ panel }) => {
  test.slow();
  const { page } = panel;
  await mockList(page, (rows) =>
    Array.from({ length: many }, (_, index): Row => {
      const like = rows[index % rows.length];
      if (like === undefined) throw new Error("the server has no row to copy");
      return finished(like, { id: `req_many_${many - index}`, started_at: new Date(Date.now() - index * 1_000).toISOString() });
    }),
  );
  await page.reload();
  await expect(panel.table).toHaveAttribute("aria-rowcount", String(many + 1));

  const seen = await page.locator(".table-wrap").evaluate(async (wrap, count) => {
    const times: number[] = [];
    const step = (wrap.scrollHeight - wrap.clientHeight) / count;
    let [gaps, drawn, last] = [0, 0, performance.now()];
    for (let at = 1; at <= count; at++) {
      wrap.scrollTop = at * step;
      const now = await new Promise<number>((next) => requestAnimationFrame(next));
      times.push(now - last);
      last = now;
      const box = wrap.getBoundingClientRect();
      for (const share of [0.15, 0.5, 0.9]) {
        const element = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * share);
        if (!element?.closest("tr[id^='row-']")) gaps += 1;
      }
      drawn = Math.max(drawn, wrap.querySelectorAll("tbody tr").length);
    }
    times.sort((left, right) => left - right);
    const share = (part: number): string => `${times[Math.floor((times.length - 1) * part)]?.toFixed(1)} ms`;
    return { gaps, drawn, frames: `median ${share(0.5)}, p95 ${share(0.95)}, longest ${share(1)}` };
  }, steps);

  // Times depend on the machine: told, not judged.
  console.log(`${many} rows, ${steps} steps: ${seen.frames}, ${seen.drawn} rows drawn at most`);
  expect(seen.gaps).toBe(0);
  expect(seen.drawn).toBeLessThan(fewRows);
  await expect(page.locator("#row-req_many_1")).toBeVisible();
});
