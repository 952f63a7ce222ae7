import { expect, test } from "./panel.ts";
import { finished, mockList } from "./mocked.ts";

const nothing = { bytes: 0, kept_bytes: 0, truncated: false, content_type: null, encoding: null, text: null };

test("an interrupted request offers nothing that was never recorded", async ({ panel }) => {
  const { page, detail } = panel;
  const missing: string[] = [];
  page.on("response", (response) => void (response.status() === 404 && missing.push(response.url())));
  const row = { outcome: "interrupted", status: null, timing: { ttfb_ms: null, ttft_ms: null, duration_ms: null } };
  await mockList(page, (rows) => rows.slice(0, 1).map((each) => finished(each, row)));
  await page.route("**/api/request/*", async (route) => {
    const whole = (await (await route.fetch()).json()) as { timing: object };
    await route.fulfill({
      json: {
        ...whole, ...row, phase: "finished", error: null, attempts: [], request: null, response: null, translation: null, pricing: null,
        timing: { ...whole.timing, ...row.timing, marks: [], tokens_over_time: [], stalls: [], blocks: [], connection: { reused: false, dns_ms: null, connect_ms: null, tls_ms: null, remote: null, protocol: null, path: "" } },
        request_headers: [], sent_headers: [], response_headers: [], request_body: nothing, response_body: nothing,
      },
    });
  });
  await page.reload();
  await panel.rows.first().click();
  await expect(detail.getByText("Its headers and bodies had not been recorded yet.")).toBeVisible();
  await page.keyboard.press("r");
  await expect(detail.getByText(/is not a conversation/)).toHaveCount(0);
  await expect(detail.getByRole("button", { name: "Raw" })).toHaveCount(0);
  await expect(detail.getByRole("button", { name: "Copy as cURL" })).toHaveCount(0);
  await expect(detail.locator(".fall")).toHaveCount(0);
  await expect(detail.getByText("not recorded").first()).toBeVisible();
  expect(missing).toEqual([]);
});

test("a web page in place of an answer is called so", async ({ panel }) => {
  const { page, detail } = panel;
  const row = { outcome: "error_inside", error: { code: "not_the_api", params: [["content_type", "text/html"]], message: null } };
  await mockList(page, (rows) => rows.slice(0, 1).map((each) => finished(each, row)));
  await page.route("**/api/request/*", async (route) => {
    const whole = (await (await route.fetch()).json()) as object;
    await route.fulfill({ json: { ...whole, ...row, phase: "finished", status: 200, response_body: { ...nothing, content_type: "text/html" } } });
  });
  await page.reload();
  await expect(panel.rows.first().locator(".st-cell")).toHaveAttribute("data-tip", /something other than the API/);
  await panel.rows.first().click();
  await expect(detail.locator(".callout")).toContainText("It came with status 200 and is a web page.");
  await expect(detail.locator(".detail-head")).toContainText("not the API");
});

test("heads, cells and phases tell what they are by keyboard too, and Esc takes that back first", async ({ panel }) => {
  const { page } = panel;
  await page.keyboard.press("Space");
  await panel.openStream();
  const told = page.getByRole("tooltip");

  await panel.table.getByRole("button", { name: "Time", exact: true }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(told).toContainText("The model that was asked for");
  await expect(page.locator("*:focus")).toHaveAttribute("aria-describedby", "tooltip");
  await page.keyboard.press("Escape");
  await expect(told).toBeHidden();
  await expect(panel.detail).toBeVisible();

  await panel.table.locator("tr[aria-selected='true']").focus();
  await page.keyboard.press("ArrowRight");
  await expect(told).toHaveText(/^OK 200/);
  await page.keyboard.press("ArrowLeft");
  await expect(told).toBeHidden();

  await panel.detail.locator(".fall .lab").first().focus();
  await page.keyboard.press("ArrowDown");
  await expect(told).toBeVisible();
  await panel.detail.locator("dt[data-tip]", { hasText: "Output" }).hover();
  await expect(told).toContainText("thinking included");
});

test("input and output sort apart, each with its arrow", async ({ panel }) => {
  await panel.page.keyboard.press("Space");
  for (const name of ["In", "Out", "Total"]) {
    const head = panel.table.getByRole("columnheader").filter({ has: panel.page.getByRole("button", { name, exact: true }) });
    const button = head.getByRole("button", { name, exact: true });
    await button.click();
    await panel.away();
    await expect(head).toHaveAttribute("aria-sort", "descending");
    const arrow = button.locator(".icon");
    await expect(arrow).toHaveCSS("opacity", "1");
    await expect(head.locator(".icon").filter({ visible: true }).and(head.locator(".sorted .icon"))).toHaveCount(1);
    const [inner, outer] = [await arrow.boundingBox(), await head.boundingBox()];
    expect(inner && outer && inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width).toBe(true);
  }
});
