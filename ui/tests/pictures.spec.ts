// The pictures of the documents: taken from a running demo when RELAYSCOPE_SCREENSHOTS names the folder for them.
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { RoutesView } from "../src/api/generated/RoutesView.ts";
import type { RuleView } from "../src/api/generated/RuleView.ts";
import { expect, test, type Panel } from "./panel.ts";

const folder = process.env["RELAYSCOPE_SCREENSHOTS"] ?? "";
test.skip(folder === "", "RELAYSCOPE_SCREENSHOTS names no folder");

/** Requests that a living list shows; the demo sends one every two seconds. */
const enough = 20;

/** Projects of the demo whose turns have tools and a cache, by the language their people write. */
const projects = { en: /harbor-api|lantern-web/, "zh-CN": /ledger-mini/ };

/** Charts and balances have come, and nothing moves any more, ms. */
const settled = 1_500;

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(640, 5);
  await page.waitForTimeout(settled);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

const look = (page: Page, language: string, theme: string): Promise<unknown> =>
  page.request.patch("/api/config", { data: { "ui.language": language, "ui.theme": theme } });

type Named = { id: string; name: string };

async function sitesOf(page: Page): Promise<(name: string) => string> {
  const { sites } = (await (await page.request.get("/api/sites")).json()) as { sites: Named[] };
  return (name) => {
    const site = sites.find((each) => each.name === name);
    if (site === undefined) throw new Error(`the demo has no site ${name}`);
    return site.id;
  };
}

/** The list, and in the detail a turn of a project. */
async function openTurn({ page, rows, table, detail }: Panel, project: RegExp): Promise<void> {
  await page.goto("/#/live");
  await page.reload();
  await expect.poll(async () => Number(await page.locator("[aria-rowcount]").first().getAttribute("aria-rowcount")), { timeout: 60_000 }).toBeGreaterThan(enough);
  const turns = rows.filter({ has: page.locator(".st.ok"), hasText: project });
  await expect(turns.first()).toBeVisible({ timeout: 60_000 });
  await turns.first().click();
  await expect(detail.locator(".fall")).toBeVisible();
  await expect(detail.locator(".msg").first()).toBeVisible();
  await expect(table.locator("tr[aria-selected='true']")).toHaveCount(1);
}

for (const [name, language, theme, width, height] of [
  ["live-light", "en", "light", 1280, 800],
  ["live-dark", "en", "dark", 1280, 800],
  ["live-zh", "zh-CN", "light", 1280, 800],
  ["live-960", "en", "light", 960, 620],
] as const) {
  test(name, async ({ panel }) => {
    test.slow();
    await panel.page.setViewportSize({ width, height });
    await look(panel.page, language, theme);
    // The table has its name in the language shown.
    const table = panel.page.getByRole("table", { name: language === "en" ? "Requests" : "请求" });
    await openTurn(Object.assign(panel, { table, rows: table.locator("tbody tr[id^='row-']") }), projects[language]);
    await take(panel.page, name);
  });
}

for (const [name, part, language, theme] of [
  ["sites-light", "sites", "en", "light"],
  ["site-light", "sites/Lanshan Relay", "en", "light"],
  ["balance-light", "balance/Lanshan Relay", "en", "light"],
  ["balance-dark-zh", "balance/Lanshan Relay", "zh-CN", "dark"],
  ["test-light", "test", "en", "light"],
] as const) {
  test(name, async ({ panel }) => {
    const { page } = panel;
    await look(page, language, theme);
    const [where, site] = part.split("/");
    const id = site === undefined ? "" : `/${encodeURIComponent((await sitesOf(page))(site))}`;
    await page.goto(`/#/${where}${id}`);
    await page.reload();
    await expect(page.locator("main .skel")).toHaveCount(0);
    await take(page, name);
  });
}

test("routing-light", async ({ panel }) => {
  const { page } = panel;
  const site = await sitesOf(page);
  const before = (await (await page.request.get("/api/routes")).json()) as RoutesView;
  const rule = (changes: Partial<RuleView>): RuleView => ({ project: null, model: null, provider: null, purpose: null, sites: [], to_model: null, off: false, ...changes });
  const rules = [
    rule({ model: "haiku", sites: [site("摸鱼公益站")], to_model: "claude-haiku-4-5" }),
    rule({ model: "claude-*", project: "docs-site", sites: [site("Baicha Max")], to_model: "deepseek-chat" }),
    rule({ purpose: "subagent", to_model: "claude-sonnet-5-5" }),
    rule({ model: "gpt-5*", sites: [site("Kapok Commons")], off: true }),
  ];
  try {
    expect((await page.request.put("/api/routes", { data: { ...before, rules } })).ok()).toBe(true);
    await page.goto("/#/settings/routing");
    await expect(page.getByText("docs-site").or(page.locator("input[value*='docs-site']")).first()).toBeAttached();
    await take(page, "routing-light");
  } finally {
    await page.request.put("/api/routes", { data: before });
  }
});
