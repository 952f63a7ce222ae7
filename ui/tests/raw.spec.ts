import { expect, test, type Panel } from "./panel.ts";

let sent = 0;

/** Sends a request of our own through the proxy and leaves only its row in the list. */
async function send(panel: Panel, text: string): Promise<void> {
  const project = `raw-${Date.now()}-${++sent}`;
  const answer = await panel.page.request.post("/v1/messages", {
    headers: { "x-api-key": "sk-test", "anthropic-version": "2023-06-01", "x-project-id": project },
    data: { model: "claude-haiku-5-5", max_tokens: 100, stream: false, messages: [{ role: "user", content: text }] },
  });
  expect(answer.ok()).toBe(true);
  await panel.filter.fill(`project:${project}`);
  await expect(panel.rows).toHaveCount(1);
}

/** The same, with its request body open. */
async function sendAndOpen(panel: Panel, text: string, form: "Pretty" | "Exact"): Promise<void> {
  await send(panel, text);
  await panel.rows.first().click();
  await panel.detail.getByRole("button", { name: "Raw", exact: true }).click();
  await panel.detail.getByRole("button", { name: /^Request/ }).click();
  await panel.detail.getByRole("button", { name: form }).click();
  await expect(panel.detail.locator(".raw-line .ln + span").first()).not.toBeEmpty();
}

const clipboard = (panel: Panel): Promise<string> => panel.page.evaluate(() => navigator.clipboard.readText());

test("find goes from match to match of one long line, and each comes into view", async ({ panel }) => {
  await sendAndOpen(panel, `find me ${"lorem ipsum dolor sit amet ".repeat(40)}`, "Exact");
  await panel.detail.getByRole("textbox", { name: "Find in the body" }).fill("DOLOR");
  const at = panel.detail.locator(".raw-find .at");
  await expect(at).toHaveText("1 of 40");
  const current = panel.detail.locator("mark.current");
  for (const place of ["2 of 40", "3 of 40", "4 of 40", "5 of 40", "6 of 40"]) {
    await panel.page.keyboard.press("Enter");
    await expect(at).toHaveText(place);
    await expect(current).toHaveCount(1);
    await expect(current).toBeInViewport({ ratio: 0.9 });
  }
  await panel.page.keyboard.press("Shift+Enter");
  await expect(at).toHaveText("5 of 40");
  await panel.detail.locator(".raw-find").getByRole("textbox").fill("no such text");
  await expect(at).toHaveText("none");
});

test("a search that fails is not an empty one", async ({ panel }) => {
  await panel.page.route("**/find?*", (route) => route.fulfill({ status: 500, json: { error: { code: "internal", message: "The disk is gone" } } }));
  await sendAndOpen(panel, "find fails", "Exact");
  await panel.detail.getByRole("textbox", { name: "Find in the body" }).fill("fails");
  await expect(panel.detail.getByText("The search failed.")).toBeVisible();
  await expect(panel.detail.locator(".raw-find .at")).toHaveText("");
});

test("what is copied is what is shown", async ({ panel }) => {
  const text = `copy me ${"x".repeat(9_000)} "quoted"\n漢字`;
  await sendAndOpen(panel, text, "Pretty");
  await panel.detail.getByRole("button", { name: "Copy all" }).click();
  await expect.poll(() => clipboard(panel)).toMatch(/^\{\n {2}"/);
  const pretty = await clipboard(panel);
  expect((JSON.parse(pretty) as { messages: { content: string }[] }).messages[0]?.content).toBe(text);
  await panel.detail.getByRole("button", { name: "Exact" }).click();
  await panel.detail.getByRole("button", { name: "Copy all" }).click();
  await expect.poll(() => clipboard(panel)).toMatch(/^\{"/);
  // Said twice, it is one message.
  await expect(panel.page.locator(".toast")).toHaveCount(1);
});

test("a stream is copied assembled, and its events under another name", async ({ panel }) => {
  await panel.openStream();
  await panel.detail.getByRole("button", { name: "Raw", exact: true }).click();
  await panel.detail.getByRole("button", { name: "Assembled" }).click();
  await expect(panel.detail.locator(".raw-line").first()).toContainText("{");
  await panel.detail.getByRole("button", { name: "Copy all" }).click();
  await expect.poll(() => clipboard(panel)).toMatch(/^\{\n/);
  JSON.parse(await clipboard(panel));
  await panel.detail.getByRole("button", { name: "Events" }).click();
  await panel.detail.getByRole("button", { name: "Copy the stream" }).click();
  await expect.poll(() => clipboard(panel)).toMatch(/^(event|data):/);
});

test("characters that turn the direction of a text are seen in Raw and turn nothing", async ({ panel }) => {
  await sendAndOpen(panel, "turned \u202Eabc def", "Pretty");
  const mark = panel.detail.locator(".raw-line .direction");
  await expect(mark).toHaveAttribute("aria-label", "U+202E");
  const lefts = await mark.evaluate((node) => {
    const texts = document.createTreeWalker(node.closest(".raw-line") ?? node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode() !== null && !texts.currentNode.textContent?.startsWith("abc"));
    const text = texts.currentNode;
    return [0, 1, 2].map((at) => {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect().left;
    });
  });
  expect(lefts).toHaveLength(3);
  expect(lefts).toEqual([...lefts].sort((left, right) => left - right));
});

test("a body of 5 MB opens at its beginning, can be downloaded and be searched", async ({ panel }) => {
  test.setTimeout(90_000);
  await panel.page.addInitScript(() => {
    const long: number[] = [];
    Object.assign(window, { __long: long });
    new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ entryTypes: ["longtask"] });
  });
  await panel.page.reload();
  await send(panel, `five megabytes ${"lorem ipsum dolor ".repeat(290_000)}`);
  await panel.rows.first().click();
  await expect(panel.detail.locator(".convo .plain").first()).toContainText("five megabytes");
  const more = panel.detail.getByRole("button", { name: /^Show 100.KB more, [45]\.\d.MB left$/ });
  await more.click();
  await expect.poll(async () => (await panel.detail.locator(".convo .plain").first().textContent())?.length ?? 0).toBeGreaterThan(102_400);
  await panel.detail.getByRole("button", { name: "Open in Raw" }).click();
  await expect(panel.detail.getByRole("button", { name: /^Request/ })).toHaveAttribute("aria-pressed", "true");
  await expect(panel.detail.locator("mark.current")).toBeInViewport();
  await expect(panel.detail.getByRole("textbox", { name: "Find in the body" })).toBeFocused();
  await expect(panel.detail.locator("mark.current")).toContainText('"five megabytes');
  await panel.detail.getByRole("button", { name: "Exact" }).click();
  await expect(panel.detail.locator(".raw-line").first()).toContainText('"model"');
  await expect(panel.detail.getByText("Too large to copy")).toBeVisible();
  await expect(panel.detail.getByRole("link", { name: "Download" })).toHaveAttribute("href", /\/body\?side=request/);
  await panel.detail.getByRole("textbox", { name: "Find in the body" }).fill("dolor");
  await expect(panel.detail.locator(".raw-find .at")).toHaveText(/^1 of [\d,]+\+$/);
  expect(await panel.detail.locator(".raw-lines mark").count()).toBeLessThan(2_000);
  const long = await panel.page.evaluate(() => (window as unknown as { __long: number[] }).__long);
  console.log(`long tasks with a body of 5 MB, ms: ${long.join(", ") || "none"}; over 500: ${long.some((time) => time > 500) ? "yes" : "no"}`);
});
