import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { expect, test as base, type Panel } from "./panel.ts";

type Listed = { id: string; name: string };

/** Sites of the demo: what really answers at each is a persona of the tester. */
const downgraded = "Baicha Max";
const genuine = "Kapok Commons";
const model = "claude-opus-5-5";

async function siteId(request: APIRequestContext, name: string): Promise<string> {
  const { sites } = (await (await request.get("/api/sites")).json()) as { sites: Listed[] };
  const site = sites.find((each) => each.name === name);
  test.skip(site === undefined, `this server has no site ${name}: it is not the demo`);
  return site?.id ?? "";
}

const test = base.extend<{ tester: Panel }>({
  tester: async ({ panel }, use) => {
    await siteId(panel.page.request, downgraded);
    await use(panel);
  },
});

const open = async (page: Page, name: string, view: string): Promise<void> => {
  await page.goto(`/#/test/${await siteId(page.request, name)}/${view}`);
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
};

const probes = (page: Page): Locator => page.getByRole("table", { name: "Probes" });

async function run(page: Page, name: string): Promise<void> {
  await open(page, name, "authenticity");
  // The demo tests its sites when it starts: wait for the end of that test.
  await expect(page.getByRole("button", { name: /^Run (test|again)$/ }).first()).toBeVisible({ timeout: 40_000 });
  await page.getByRole("button", { name: /^Run (test|again)$/ }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Model" }).fill(model);
  await dialog.getByRole("button", { name: "Quick" }).click();
  await expect(dialog.getByRole("status")).toContainText("calls");
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("button", { name: "Run again" })).toBeVisible({ timeout: 40_000 });
}

test("a model that is not what it is sold as is contradicted, with the call that shows it", async ({ tester: { page } }) => {
  await run(page, downgraded);
  await expect(page.locator(".verdict-title")).toContainText("Contradicted");
  const line = probes(page).getByRole("row", { name: /Limit of output tokens names the model/ });
  await expect(line).toContainText("claude-haiku");
  await line.getByRole("button").press("Enter");
  await expect(probes(page)).toContainText("expected");
  await page.getByRole("button", { name: /^Open call/ }).first().click();
  const call = page.getByRole("dialog");
  await expect(call).toContainText("which is the maximum allowed number of output tokens");
  await call.getByRole("button", { name: "Sent" }).click();
  await expect(call).toContainText("/v1/messages");
  await expect(call).not.toContainText("sk-demo");
  await page.keyboard.press("Escape");
  await expect(call).toHaveCount(0);
});

test("the genuine one is not contradicted, and two runs compare", async ({ tester: { page } }) => {
  await run(page, genuine);
  await expect(page.locator(".verdict-title")).not.toContainText("Contradicted");
  await page.getByRole("button", { name: "Compare" }).click();
  const dialog = page.getByRole("dialog", { name: "Compare runs" });
  await expect(dialog.getByRole("row", { name: /^Identity/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Share report" }).click();
  const share = page.getByRole("dialog", { name: "Share report" });
  const address = (await share.getByRole("link", { name: "Save" }).getAttribute("href")) ?? "";
  const report = await (await page.request.get(address)).text();
  expect(report).toContain("<!doctype html>");
  expect(report).not.toContain(genuine);
});

test("connectivity shows the way, the endpoints and the arrivals", async ({ tester: { page } }) => {
  await open(page, genuine, "connectivity");
  await page.getByRole("button", { name: "Check", exact: true }).first().click();
  const endpoints = page.getByRole("region", { name: "Endpoints" });
  await expect(endpoints.getByRole("row", { name: /\/v1\/messages · stream/ })).toBeVisible({ timeout: 40_000 });
  await expect(page.getByRole("region", { name: "Path to the first byte" }).locator(".path").first()).toContainText("200");
  await expect(page.getByRole("button", { name: "Check again" })).toBeVisible();
});

test("a chat streams and shows its raw exchange without the key", async ({ tester: { page } }) => {
  await open(page, genuine, "chat");
  await page.getByRole("radio", { name: /^Anthropic/ }).click();
  await page.getByRole("complementary", { name: "Request" }).getByRole("combobox", { name: "Model" }).fill(model);
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("Say hello");
  await page.keyboard.press("Enter");
  const answer = page.locator("article.turn:not(.user)").last();
  await expect(answer.locator(".turn-body")).not.toBeEmpty();
  await expect(answer).toContainText("first token");
  await answer.getByRole("button", { name: "Raw", exact: true }).click();
  const raw = page.getByRole("dialog", { name: "Raw exchange" });
  await expect(raw).toContainText("message_start");
  await raw.getByRole("button", { name: "Request" }).click();
  await expect(raw).not.toContainText("sk-demo-kapok");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary", { name: "Request" })).toContainText("POST /v1/messages");
});

test("every view holds at 960 × 620, in Chinese and dark", async ({ tester: { page } }) => {
  await page.request.patch("/api/config", { data: { "ui.language": "zh-CN", "ui.theme": "dark" } });
  await page.setViewportSize({ width: 960, height: 620 });
  await page.reload();
  for (const view of ["connectivity", "authenticity", "chat"]) {
    await open(page, downgraded, view);
    await expect(page.locator(".page.test")).not.toContainText(/\b(verify|connect|chat|test)\.[a-z]/i);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
});
