import type { APIRequestContext, Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { expect, test as base, type Panel } from "./panel.ts";

type Station = { site: string; name: string; kind: { id: string }; balance: { remaining_usd: number | null } | null; last_query: { ok: boolean } | null };

/** Everything a test makes begins with this, so that it can be found and removed. */
const mark = "Money";
const site = { name: `${mark} One`, url: "https://one.money.invalid", keys: ["sk-money-one-0001"] };

async function stations(request: APIRequestContext): Promise<Station[]> {
  return ((await (await request.get("/api/stations")).json()) as { stations: Station[] }).stations;
}

async function make(request: APIRequestContext): Promise<string> {
  const rest = { api: "anthropic", paid: true, tags: ["spec"], checkin_url: null, multiplier: "1", aliases: {}, outbound: "direct", note: "" };
  const answer = await request.post("/api/sites", { data: { ...site, ...rest } });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

async function sweep(request: APIRequestContext): Promise<void> {
  for (const station of await stations(request)) if (station.name.startsWith(mark)) await request.delete(`/api/sites/${station.site}`);
}

const enter = (request: APIRequestContext, id: string, entry: Record<string, string>): Promise<unknown> => request.post(`/api/stations/${id}/ledger`, { data: entry });

/** A site whose balance was entered by hand twice, with a recharge between. */
async function known(request: APIRequestContext): Promise<string> {
  const id = await make(request);
  const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString();
  await enter(request, id, { kind: "balance", date: day(6), credit_usd: "12.00" });
  await enter(request, id, { kind: "recharge", date: day(4), paid: "50", currency: "CNY", credit_usd: "40" });
  await enter(request, id, { kind: "balance", date: day(1), credit_usd: "45.50" });
  return id;
}

const test = base.extend<{ money: Panel }>({
  money: async ({ panel }, use) => {
    const { request } = panel.page;
    await sweep(request);
    await use(panel);
    await sweep(request);
  },
});

async function open(page: Page, where: "balance" | "sites", id: string): Promise<void> {
  await page.goto(`/#/${where}/${id}`);
  await expect(page.getByRole("heading", { level: 1, name: site.name })).toBeVisible();
}

test("a balance stands in the sidebar, in both overviews and on its page", async ({ money: { page } }) => {
  const id = await known(page.request);
  await open(page, "balance", id);
  await expect(page.locator(".hero")).toHaveText("$45.50");
  await expect(page.locator(`.sitelist [data-site="${id}"] .bal`)).toHaveText("$45.50");
  for (const where of ["sites", "balance"]) {
    await page.goto(`/#/${where}`);
    await expect(page.locator(`tbody [data-site="${id}"]`)).toContainText("$45.50");
  }
});

test("a query that fails says why and keeps the last balance", async ({ money: { page } }) => {
  const id = await known(page.request);
  await open(page, "balance", id);
  await page.getByRole("button", { name: "Query now" }).click();
  await expect(page.locator(".hint.warn")).toContainText("Shown: the balance of", { timeout: 40_000 });
  await expect(page.locator(".hero")).toHaveText("$45.50");
  await page.goto("/#/balance");
  await expect(page.locator(`tbody [data-site="${id}"] .t-err`)).not.toBeEmpty();
});

test("what nobody knows is a dash with its reason, never zero", async ({ money: { page } }) => {
  const id = await make(page.request);
  await open(page, "balance", id);
  await expect(page.locator(".hero")).toHaveText("—");
  await expect(page.locator(".hero + p")).toHaveText("Not queried yet");
  await page.goto("/#/sites");
  await expect(page.locator(`tbody [data-site="${id}"]`)).not.toContainText("$0.00");
});

test("a record needs an amount, is shown with its price, and removing it is undone", async ({ money: { page } }) => {
  await open(page, "sites", await make(page.request));
  const panel = page.getByRole("region", { name: "Recharge records" });
  await panel.getByRole("button", { name: "Add" }).click();
  await expect(panel.getByRole("alert")).toHaveText("What was paid, or what was credited, is needed");
  await panel.getByRole("textbox", { name: "Paid" }).fill("1,00");
  await panel.getByRole("button", { name: "Add" }).click();
  await expect(panel.getByRole("alert")).toContainText("An amount such as");
  await panel.getByRole("textbox", { name: "Paid" }).fill("1,050");
  await panel.getByRole("textbox", { name: "Credited" }).fill("1000");
  await panel.getByRole("textbox", { name: "Note" }).fill("first");
  await panel.getByRole("textbox", { name: "Note" }).press("Enter");
  const entry = panel.locator("tr.entry");
  await expect(entry).toHaveCount(1);
  await expect(entry).toContainText("¥1,050");
  await expect(entry).toContainText("1.05");
  await expect(page.locator(".tiles")).toContainText("$1,000.00");
  await entry.hover();
  await entry.getByRole("button", { name: /^Remove the record/ }).click();
  await expect(entry).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(entry).toContainText("first");
});

test("the parts of a change are told, the unexplained one too", async ({ money: { page } }) => {
  await open(page, "sites", await known(page.request));
  const panel = page.getByRole("region", { name: "Why the balance changed" });
  await expect(panel).toContainText("$12.00");
  await expect(panel).toContainText("+$40.00");
  await expect(panel.locator(".t-warn")).toHaveText("−$6.50");
  await expect(panel).toContainText("$45.50");
});

test("a chart follows the arrow keys, becomes a table and a PNG, and changes colour with the theme", async ({ money: { page } }) => {
  await open(page, "sites", await known(page.request));
  const panel = page.getByRole("region", { name: "Balance", exact: true });
  await expect(panel.locator("svg.chart")).toHaveAttribute("role", "img");
  const line = panel.locator("svg.chart polyline[stroke='#0A0001']");
  const colour = (): Promise<string> => line.first().evaluate((element) => getComputedStyle(element).stroke);
  const light = await colour();
  await panel.getByRole("group", { name: /^Chart/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(panel.locator(".chart-tip")).toContainText("$45.50");
  await page.getByRole("button", { name: "Switch to dark" }).click();
  await expect.poll(colour).not.toBe(light);
  const saving = page.waitForEvent("download");
  await panel.getByRole("button", { name: "More: Balance" }).click();
  await page.getByRole("menuitem", { name: "Save as PNG" }).click();
  const file = await readFile(await (await saving).path());
  expect(file.subarray(1, 4).toString()).toBe("PNG");
  expect(file.length).toBeGreaterThan(2_000);
  await panel.getByRole("button", { name: "More: Balance" }).click();
  await page.getByRole("menuitem", { name: "Show as table" }).click();
  await expect(panel.getByRole("table")).toContainText("$45.50");
});

test("labels of charts follow the language", async ({ money: { page } }) => {
  await open(page, "sites", await known(page.request));
  await page.getByRole("button", { name: "Switch to Chinese" }).click();
  const panel = page.getByRole("region", { name: "余额走势" });
  await expect(panel.locator("svg.chart text", { hasText: "今天" })).toBeVisible();
});

test("a threshold is the site's own or the general one", async ({ money: { page } }) => {
  const id = await known(page.request);
  await open(page, "balance", id);
  const field = page.getByRole("textbox", { name: "Low-balance threshold" });
  await expect(page.getByText("(as in Settings)")).toBeVisible();
  await field.fill("-4");
  await field.blur();
  await expect(page.getByRole("alert")).toContainText("An amount such as");
  await field.fill("60");
  await field.press("Enter");
  await expect(page.locator(`.sitelist [data-site="${id}"] .bal`)).toHaveClass(/low/);
  await field.fill("");
  await field.press("Enter");
  await expect(page.locator(`.sitelist [data-site="${id}"] .bal`)).not.toHaveClass(/low/);
});

test("an interface of one's own complains about paths, asks before it is lost, and is restored", async ({ money: { page } }) => {
  const id = await make(page.request);
  await open(page, "balance", id);
  await page.getByRole("button", { name: "Interface settings" }).click();
  const sheet = page.getByRole("dialog", { name: "Interface settings" });
  const path = sheet.getByRole("textbox", { name: "Path", exact: true }).first();
  await path.fill("api/balance");
  await expect(sheet.getByRole("alert")).toContainText("begins with /");
  await expect(sheet.getByRole("button", { name: "Save and try" })).toBeDisabled();
  await path.fill("/api/balance?key={key}");
  await sheet.getByRole("textbox", { name: "Remaining", exact: true }).fill("/data/left");
  await page.keyboard.press("Escape");
  await expect(sheet.getByRole("alert")).toContainText("not saved");
  await sheet.getByRole("button", { name: "Keep editing" }).click();
  await sheet.getByRole("button", { name: "Save and try" }).click();
  await expect(page.getByText("Interface saved")).toBeVisible();
  const saved = async (): Promise<unknown> => (await page.request.get(`/api/stations/${id}/interface`)).json();
  expect(await saved()).toMatchObject({ balance_path: "/api/balance?key={key}", pointers: { remaining: "/data/left" } });
});

test("the type of a station can be set by hand and given back", async ({ money: { page } }) => {
  const id = await make(page.request);
  await open(page, "sites", id);
  const kind = page.getByRole("combobox", { name: "Station type" });
  await kind.selectOption("sub2api");
  await expect(page.locator(`.sitelist [data-site="${id}"] .meta`)).toContainText("sub2api");
  await kind.selectOption("");
  await expect(page.locator(`.sitelist [data-site="${id}"] .meta`)).not.toContainText("sub2api");
});

test("queries without being asked are set in the settings", async ({ money: { page } }) => {
  await page.goto("/#/settings/stations");
  await page.getByRole("combobox", { name: "Interval" }).selectOption("60");
  await expect(page.getByText("Saved: Interval")).toBeVisible();
  const low = page.getByRole("textbox", { name: "Low-balance threshold" });
  const before = await low.inputValue();
  await low.fill("five");
  await low.blur();
  await expect(page.getByRole("alert")).toContainText("An amount such as");
  await low.press("Escape");
  await expect(low).toHaveValue(before);
  await page.request.patch("/api/config", { data: { "stations.auto_query_minutes": 30 } });
});

test("a real station is detected, read and its log paged and opened", async ({ money: { page } }) => {
  const found = (await stations(page.request)).find((station) => !station.name.startsWith(mark));
  test.skip(found === undefined, "this server has no site");
  const id = found?.site ?? "";
  const read = (await (await page.request.post(`/api/stations/${id}/refresh`)).json()) as Station;
  test.skip(read.last_query?.ok !== true, "behind this server's first site is no station");
  await page.goto(`/#/balance/${id}`);
  await expect(page.locator(".hero")).toHaveText(/^[$¥∞\d]/);
  await page.getByRole("button", { name: "Raw JSON" }).click();
  await expect(page.locator(".raw-answers article").first()).toBeVisible();
  expect(await page.locator(".raw-answers").innerText()).not.toMatch(/sk-demo/);
  const rows = page.locator("tr[data-log]");
  await expect(rows.first()).toBeVisible({ timeout: 20_000 });
  await rows.first().focus();
  await page.keyboard.press("Enter");
  await expect(page.locator(".log-detail")).toContainText("Billed");
  await expect(page.locator(".totals")).toContainText("Calls");
});

test("a station's log is compared with our own requests", async ({ money: { page } }) => {
  const found = (await stations(page.request)).find((station) => !station.name.startsWith(mark));
  const id = found?.site ?? "";
  const compared = await page.request.get(`/api/stations/${id}/reconciliation?hours=24`);
  test.skip(compared.status() !== 200, "behind this server's first site is no station");
  await page.goto(`/#/balance/${id}`);
  await page.getByRole("button", { name: "Reconciliation" }).click();
  await expect(page.locator(".reconcile .tiles")).toContainText("Matched");
  await expect(page.locator(".reconcile")).toContainText("What has no partner may come from another program");
});

test("an import is shown before it is done, and does nothing twice", async ({ money: { page } }) => {
  const old = { name: `${mark} Old`, url: "https://old.money.invalid", api_key: "sk-money-old-0001", type: "paid", recharge_records: [{ date: "2025-11-12", amount: 100, note: "first" }] };
  const file = (sites: unknown[]): { name: string; mimeType: string; buffer: Buffer } => ({ name: "stats.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ sites })) });
  await page.goto("/#/settings/data");
  const choose = async (text: ReturnType<typeof file>): Promise<void> => page.locator("input[type=file]").setInputFiles(text);
  const dialog = page.getByRole("dialog", { name: "Import stats.json" });
  await choose({ ...file([]), buffer: Buffer.from('{"sites": [') });
  await expect(dialog.getByRole("alert")).toContainText("Nothing was changed.");
  await page.keyboard.press("Escape");
  await choose(file([old, { name: "nowhere", url: "" }]));
  await expect(dialog).toContainText("1 new site");
  await expect(dialog).toContainText("no address");
  expect((await stations(page.request)).some((station) => station.name === old.name)).toBe(false);
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator(".sitelist")).toContainText(old.name);
  await choose(file([old]));
  await expect(dialog).toContainText("Everything in it is here already.");
  await expect(dialog.getByRole("button", { name: "Import", exact: true })).toBeDisabled();
});

test("money is usable at 960 × 620", async ({ money: { page } }) => {
  const id = await known(page.request);
  await page.setViewportSize({ width: 960, height: 620 });
  for (const where of ["balance", `balance/${id}`, "sites", `sites/${id}`, "settings/stations"]) {
    await page.goto(`/#/${where}`);
    await expect(page.locator("main")).toBeVisible();
    expect([where, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)]).toEqual([where, 0]);
    expect([where, await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth)]).toEqual([where, 0]);
  }
});
