import { expect, test } from "./panel.ts";

test("parsed shows headers, conversation and timing", async ({ panel }) => {
  await panel.openStream();
  await expect(panel.detail.getByRole("heading", { name: /^Request headers/ })).toBeVisible();
  await expect(panel.detail.locator(".msg .who b").first()).toBeVisible();
  await expect(panel.detail.getByRole("heading", { name: /^Timing/ })).toBeVisible();
  await expect(panel.detail.getByRole("heading", { name: /^Usage/ })).toBeVisible();
});

test("a stream has three raw views, and find goes from match to match", async ({ panel }) => {
  await panel.openStream();
  await panel.detail.getByRole("button", { name: "Raw", exact: true }).click();
  const lines = panel.detail.locator(".raw-lines");
  await panel.detail.getByRole("button", { name: "Events" }).click();
  await expect(lines.locator(".event").first()).toBeVisible();
  await expect(panel.detail.locator(".raw-foot")).toContainText(/events?/);
  await lines.locator(".event").first().click();
  await expect(lines.locator(".event-open")).toBeVisible();
  await panel.detail.getByRole("button", { name: "Exact" }).click();
  await expect(lines.locator(".raw-line").first()).toContainText(/event|data|:/);
  await panel.detail.getByRole("textbox", { name: "Find in the body" }).fill("data");
  await expect(lines.locator(".raw-line.hit mark").first()).toBeVisible();
  await panel.page.keyboard.press("Enter");
  await expect(panel.detail.locator(".raw-find .at")).toContainText(/^2 of/);
  await panel.detail.getByRole("button", { name: "Assembled" }).click();
  await expect(lines.locator(".raw-line").first()).toBeVisible();
});

test("the request is shown raw too, pretty and exact", async ({ panel }) => {
  await panel.openDetail();
  await panel.detail.getByRole("button", { name: "Raw", exact: true }).click();
  await panel.detail.getByRole("button", { name: /^Request/ }).click();
  await panel.detail.getByRole("button", { name: "Pretty" }).click();
  await expect(panel.detail.locator(".raw-line").first()).toContainText("{");
  await panel.detail.getByRole("button", { name: "Exact" }).click();
  await expect(panel.detail.locator(".raw-line").first()).toContainText("{");
});

test("the panel docks right and keeps its size", async ({ panel }) => {
  await panel.openDetail();
  await panel.page.keyboard.press("Control+\\");
  await expect(panel.detail).toHaveClass(/dock-right/);
  const handle = panel.page.getByRole("separator");
  const before = (await panel.detail.boundingBox())?.width ?? 0;
  await handle.focus();
  await panel.page.keyboard.press("ArrowLeft");
  await panel.page.keyboard.press("ArrowLeft");
  await expect.poll(async () => (await panel.detail.boundingBox())?.width ?? 0).toBeGreaterThan(before + 20);
  await handle.dblclick();
  await expect.poll(async () => (await panel.detail.boundingBox())?.width ?? 0).toBe(before);
});

test("dock, view and raw form outlast a reload", async ({ panel }) => {
  await panel.openStream();
  await panel.page.keyboard.press("Control+\\");
  await panel.page.keyboard.press("r");
  await panel.detail.getByRole("button", { name: "Exact" }).click();
  const id = await panel.table.locator("tr[aria-selected='true']").getAttribute("id");
  await panel.page.reload();
  await panel.page.locator(`#${id ?? ""}`).click();
  await expect(panel.detail).toHaveClass(/dock-right/);
  await expect(panel.detail.getByRole("button", { name: "Raw", exact: true })).toHaveAttribute("aria-pressed", "true");
  await expect(panel.detail.getByRole("button", { name: "Exact" })).toHaveAttribute("aria-pressed", "true");
});

test("the chosen row stays in view and in focus, whatever the detail does", async ({ panel }) => {
  // What still ran when the list was held would come in above the chosen row when it ends.
  await panel.page.keyboard.press("Space");
  await expect(panel.table.locator("tbody").locator(".st.live, .st.wait")).toHaveCount(0, { timeout: 60_000 });
  await panel.filter.fill("status:ok");
  await panel.filter.blur();
  for (let presses = 0; presses < 16; presses++) await panel.page.keyboard.press("j");
  const chosen = panel.table.locator("tr[aria-selected='true']");
  await panel.page.keyboard.press("Enter");
  await expect(panel.detail).toBeVisible();
  await expect(chosen).toBeInViewport({ ratio: 1 });
  await expect(chosen).toBeFocused();
  // Again by pointer, in the lower half, and with another size and side.
  await panel.page.keyboard.press("Escape");
  await expect(chosen).toBeFocused();
  const low = panel.page.locator("tbody tr[id^='row-']").nth(15);
  await low.click();
  await expect(chosen).toBeFocused();
  await expect(chosen).toBeInViewport({ ratio: 1 });
  const handle = panel.page.getByRole("separator");
  await handle.focus();
  for (let presses = 0; presses < 8; presses++) await panel.page.keyboard.press("ArrowUp");
  await expect(chosen).toBeInViewport({ ratio: 1 });
  await panel.page.keyboard.press("Control+\\");
  await panel.page.keyboard.press("Control+\\");
  await expect(chosen).toBeInViewport({ ratio: 1 });
  await panel.detail.focus();
  await panel.page.keyboard.press("Escape");
  await expect(panel.detail).toBeHidden();
  await expect(chosen).toBeFocused();
});

test("the handle tells how large the panel is and may become", async ({ panel }) => {
  await panel.openDetail();
  const handle = panel.page.getByRole("separator");
  const size = async (): Promise<number> => Number(await handle.getAttribute("aria-valuenow"));
  await expect.poll(size).toBe(Math.round((await panel.detail.boundingBox())?.height ?? 0));
  expect(Number(await handle.getAttribute("aria-valuemin"))).toBeLessThanOrEqual(await size());
  expect(Number(await handle.getAttribute("aria-valuemax"))).toBeGreaterThan(await size());
});

test("copying as cURL fills the clipboard", async ({ panel }) => {
  await panel.openDetail();
  await panel.page.keyboard.press("c");
  await expect(panel.page.getByText(/cURL command copied/)).toBeVisible();
  expect(await panel.page.evaluate(() => navigator.clipboard.readText())).toContain("curl");
});

const hostile = [
  '<img src=x onerror="window.__ran = 1"><script>window.__ran = 2</script><svg onload="window.__ran = 3">',
  "[click](javascript:window.__ran=4) ![x](javascript:window.__ran=5) [data](data:text/html,<script>1</script>)",
  "[honest](https://example.com/path) <iframe src=javascript:window.__ran=6></iframe>",
].join("\n\n");

test("what a model writes is never run", async ({ panel }) => {
  const text = { text: hostile, bytes: hostile.length, cut: false, pointer: "" };
  const block = { kind: "text", text, cache: null };
  const turn = (role: string): unknown => ({ role, tokens: 1, blocks: [block] });
  const side = (role: string): unknown => ({ system: [block], tools: [], turns: [turn(role)], parameters: [], system_tokens: 1, tools_tokens: 0 });
  await panel.page.route(/\/api\/request\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    const detail = (await answer.json()) as Record<string, unknown>;
    await route.fulfill({ response: answer, json: { ...detail, request: side("user"), response: side("assistant") } });
  });
  await panel.openDetail();
  const convo = panel.detail.locator(".convo");
  await expect(convo.getByText("onerror").first()).toBeVisible();
  await convo.getByRole("button").first().click();
  await expect(convo.locator("img, script, iframe, svg:not(.icon)")).toHaveCount(0);
  await expect(convo.locator("a")).toHaveCount(1);
  await expect(convo.locator("a")).toHaveAttribute("href", "https://example.com/path");
  await expect(convo.locator("a")).toHaveAttribute("rel", /noopener/);
  await expect(convo.locator("a")).toHaveAttribute("target", "_blank");
  expect(await panel.page.evaluate(() => "__ran" in window)).toBe(false);
});

test("an answer that comes late for another request is dropped", async ({ panel }) => {
  await panel.filter.fill("status:ok");
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const firstId = ((await panel.rows.first().getAttribute("id")) ?? "").slice(4);
  const secondId = ((await panel.rows.nth(1).getAttribute("id")) ?? "").slice(4);
  await panel.page.route(`**/api/request/${firstId}`, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await panel.page.locator(`#row-${firstId}`).click();
  await panel.page.locator(`#row-${secondId}`).click();
  await expect(panel.detail.getByText(secondId).first()).toBeAttached();
  release();
  await expect(panel.detail.getByText(firstId)).toHaveCount(0);
});
