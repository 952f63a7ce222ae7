import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { expect, test as base, type Panel } from "./panel.ts";

type Route = { default: string[]; rules: unknown[] };
type Listed = { id: string; name: string; keys: { id: string; label: string }[] };

/** Everything a test makes begins with this, so that it can be found and removed. */
const mark = "Spec";
const one = { name: `${mark} One`, url: "https://one.spec.example", keys: ["sk-spec-one-0001", "sk-spec-one-0002"] };
const two = { name: `${mark} Two`, url: "https://two.spec.example", keys: ["sk-spec-two-0001"] };

async function listed(request: APIRequestContext): Promise<Listed[]> {
  return ((await (await request.get("/api/sites")).json()) as { sites: Listed[] }).sites;
}

async function make(request: APIRequestContext, site: typeof one): Promise<string> {
  const rest = { api: "anthropic", paid: false, tags: ["spec"], checkin_url: null, multiplier: "1", aliases: {}, outbound: "", note: "" };
  const answer = await request.post("/api/sites", { data: { ...site, ...rest } });
  expect(answer.status(), await answer.text()).toBe(201);
  return ((await answer.json()) as Listed).id;
}

async function sweep(request: APIRequestContext): Promise<void> {
  for (const site of await listed(request)) if (site.name.startsWith(mark)) await request.delete(`/api/sites/${site.id}`);
}

const test = base.extend<{ sites: Panel }>({
  sites: async ({ panel }, use) => {
    const { request } = panel.page;
    await sweep(request);
    const routes = (await (await request.get("/api/routes")).json()) as Route;
    await use(panel);
    await request.put("/api/routes", { data: routes });
    await sweep(request);
  },
});

const sheet = (page: Page): Locator => page.getByRole("dialog", { name: "Add site" });
const row = (page: Page, name: string): Locator => page.getByRole("navigation", { name: "Sites" }).getByRole("button", { name: new RegExp(name) });

async function openProfile(page: Page, id: string, name: string): Promise<void> {
  await page.goto(`/#/sites/${encodeURIComponent(id)}`);
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

test("adding a site complains on leaving a field, and saves all or nothing", async ({ sites: { page } }) => {
  const before = (await listed(page.request)).length;
  await page.getByRole("button", { name: "Add site" }).first().click();
  const url = sheet(page).getByRole("textbox", { name: "Base URL" });
  await expect(url).toBeFocused();
  await url.fill("https://me:secret@one.spec.example");
  await url.blur();
  await expect(sheet(page).getByRole("alert")).toHaveText("Without user name and password");
  await url.fill(one.url);
  await expect(sheet(page).getByRole("alert")).toHaveCount(0);
  const keys = sheet(page).getByRole("textbox", { name: "Keys" });
  await keys.fill("sk with space");
  await sheet(page).getByRole("button", { name: "Add site" }).last().click();
  await expect(sheet(page).getByRole("alert")).toHaveText("A key has no spaces");
  expect(await listed(page.request)).toHaveLength(before);

  await keys.fill(one.keys.join("\n"));
  await sheet(page).getByRole("button", { name: /^More/ }).click();
  await expect(sheet(page).getByRole("textbox", { name: "Name", exact: true })).toHaveAttribute("placeholder", "one.spec.example");
  await sheet(page).getByRole("textbox", { name: "Name", exact: true }).fill(one.name);
  await sheet(page).getByRole("button", { name: "Add site" }).last().click();
  await expect(page.getByRole("heading", { level: 1, name: one.name })).toBeVisible();
  await expect(page.locator(".keyrow")).toHaveCount(2);
  await expect(row(page, one.name)).toBeVisible();
  expect(await page.locator("body").textContent()).not.toContain(one.keys[0]);
});

test("typed and not saved is asked about once", async ({ sites: { page } }) => {
  await page.getByRole("button", { name: "Add site" }).first().click();
  await sheet(page).getByRole("textbox", { name: "Base URL" }).fill("https://one.spec.example");
  await page.keyboard.press("Escape");
  await expect(sheet(page).getByRole("alert")).toContainText("not saved");
  await page.keyboard.press("Escape");
  await expect(sheet(page)).toBeHidden();
});

test("a name that is in use is said beside the name", async ({ sites: { page } }) => {
  await make(page.request, one);
  await page.reload();
  await expect(row(page, one.name)).toBeVisible();
  await page.getByRole("button", { name: "Add site" }).first().click();
  await sheet(page).getByRole("textbox", { name: "Base URL" }).fill(two.url);
  await sheet(page).getByRole("textbox", { name: "Keys" }).fill(two.keys.join("\n"));
  await sheet(page).getByRole("button", { name: /^More/ }).click();
  await sheet(page).getByRole("textbox", { name: "Name", exact: true }).fill(one.name);
  await sheet(page).getByRole("button", { name: "Add site" }).last().click();
  await expect(sheet(page).getByRole("alert")).toHaveText("There is a site of this name already.");
});

test("fields save when they are left", async ({ sites: { page } }) => {
  await openProfile(page, await make(page.request, one), one.name);
  await page.getByRole("textbox", { name: "Notes" }).fill("Invoice by mail.");
  await page.getByRole("textbox", { name: "Notes" }).blur();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  const multiplier = page.getByRole("textbox", { name: "Price multiplier" });
  await multiplier.fill("0");
  await multiplier.blur();
  await expect(page.getByRole("alert")).toContainText("greater than 0");
  await multiplier.fill("0.8");
  await multiplier.press("Enter");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Notes" })).toHaveValue("Invoice by mail.");
  await expect(multiplier).toHaveValue("0.8");
});

test("keys go to another host only after a word", async ({ sites: { page } }) => {
  await openProfile(page, await make(page.request, one), one.name);
  const url = page.getByRole("textbox", { name: "Base URL" });
  await url.fill("https://elsewhere.spec.example");
  await url.press("Enter");
  const dialog = page.getByRole("alertdialog", { name: /Send 2 keys to elsewhere\.spec\.example/ });
  await dialog.getByRole("button", { name: /Cancel/ }).click();
  await expect(url).toHaveValue(one.url);
  await url.fill("https://elsewhere.spec.example");
  await url.press("Enter");
  await dialog.getByRole("button", { name: "Move with its keys" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await expect(url).toHaveValue("https://elsewhere.spec.example");
});

test("several lines are several keys; a key is shown only while it is asked for", async ({ sites: { page } }) => {
  await openProfile(page, await make(page.request, two), two.name);
  await page.getByRole("button", { name: "Add key" }).click();
  await page.getByRole("textbox", { name: "Keys" }).fill("sk-spec-two-0002\nsk-spec-two-0003");
  await page.locator(".key-add").getByRole("button", { name: "Add key" }).click();
  await expect(page.locator(".keyrow")).toHaveCount(3);
  await page.getByRole("button", { name: /^Actions for/ }).first().click();
  await page.getByRole("menuitem", { name: "Show key" }).click();
  await expect(page.locator(".revealed code")).toHaveText(/^sk-/);
  await page.goto("/#/sites");
  await page.goBack();
  await expect(page.locator(".keyrow")).toHaveCount(3);
  await expect(page.locator(".revealed")).toHaveCount(0);
});

test("a key is switched off, and removed with a way back", async ({ sites: { page } }) => {
  const id = await make(page.request, one);
  await openProfile(page, id, one.name);
  const first = page.locator(".keyrow").first();
  await first.getByRole("switch").click();
  await expect(first.locator(".state b")).toHaveText("Off");
  await first.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(page.locator(".keyrow")).toHaveCount(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(".keyrow")).toHaveCount(2);
  const keys = async (): Promise<number> => (await listed(page.request)).find((site) => site.id === id)?.keys.length ?? 0;
  expect(await keys()).toBe(2);
  await first.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await expect.poll(keys, { timeout: 15_000 }).toBe(1);
});

test("deleting says what goes, and is undone", async ({ sites: { page } }) => {
  const id = await make(page.request, one);
  await openProfile(page, id, one.name);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Delete site" }).click();
  const dialog = page.getByRole("alertdialog", { name: `Delete ${one.name}?` });
  await expect(dialog).toContainText("2 keys");
  await dialog.getByRole("button", { name: "Delete site" }).click();
  // By its id: its name stays in the list while traffic of it is there and no other site is.
  const own = page.locator(`.sitelist [data-site="${id}"]`);
  await expect(own).toBeHidden();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(own).toBeVisible();
});

test("the list is ordered by key and searched by tag", async ({ sites: { page } }) => {
  await make(page.request, one);
  await make(page.request, two);
  await page.reload();
  const order = (): Promise<string[]> =>
    page.locator(".sitelist .site .name").allTextContents().then((names) => names.map((name) => name.trim()).filter((name) => name.startsWith(mark)));
  await expect.poll(order).toEqual([one.name, two.name]);
  await row(page, two.name).focus();
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(order).toEqual([two.name, one.name]);
  await expect(row(page, two.name)).toBeFocused();
  await page.getByRole("textbox", { name: "Find a site" }).fill("spec");
  await expect(page.locator(".sitelist [data-site]")).toHaveCount(2);
});

test("on Live a site filters, on Sites it is the subject", async ({ sites: { page } }) => {
  await make(page.request, one);
  await page.reload();
  await row(page, one.name).click();
  await expect(page.getByRole("button", { name: "Site: 1 picked" })).toBeVisible();
  await page.goto("/#/sites");
  await expect(page.getByRole("table", { name: "Sites" }).getByRole("row", { name: new RegExp(one.name) })).toBeVisible();
  await row(page, one.name).click();
  await expect(page.getByRole("heading", { level: 1, name: one.name })).toBeVisible();
});

test("the overview is walked by key", async ({ sites: { page } }) => {
  await make(page.request, one);
  await page.goto("/#/sites");
  await expect(page.locator("#site-filter")).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type(one.name);
  await expect(page.locator("tbody tr[data-site]")).toHaveCount(1);
  await page.locator("#site-filter").blur();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: one.name })).toBeVisible();
});

test("the default site is switched from the proxy card, with a way back", async ({ sites: { page } }) => {
  const [first, second] = [await make(page.request, one), await make(page.request, two)];
  await page.request.put("/api/routes", { data: { default: [first], rules: [] } });
  await page.reload();
  const line = page.locator(".proxy-route");
  await expect(line).toContainText(one.name);
  await line.click();
  await page.getByRole("menuitemradio", { name: new RegExp(two.name) }).click();
  await expect(line).toContainText(two.name);
  const route = async (): Promise<string[]> => ((await (await page.request.get("/api/routes")).json()) as Route).default;
  expect(await route()).toEqual([second]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(route).toEqual([first]);
});

test("a rule is added, changed and removed", async ({ sites: { page } }) => {
  const id = await make(page.request, one);
  await page.request.put("/api/routes", { data: { default: [id], rules: [] } });
  await page.goto("/#/settings/routing");
  await page.getByRole("button", { name: "Rule", exact: true }).click();
  await page.keyboard.type("claude-opus-*");
  await page.keyboard.press("Tab");
  const rule = page.locator(".sites-rule").nth(1);
  await rule.getByRole("button", { name: "Choose a site" }).click();
  await page.getByRole("menuitem", { name: one.name }).click();
  const rules = async (): Promise<unknown[]> => ((await (await page.request.get("/api/routes")).json()) as Route).rules;
  await expect.poll(rules).toMatchObject([{ project: null, model: "claude-opus-*", provider: null, sites: [id] }]);
  await rule.getByRole("button", { name: /^Remove rule/ }).click();
  await expect.poll(rules).toEqual([]);
});

test("a client key is shown once", async ({ sites: { page } }) => {
  await page.goto("/#/settings/routing");
  await page.getByRole("button", { name: "Client key" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill(`${mark} laptop`);
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.locator(".made-key code")).toHaveText(/^sk-local-/);
  await page.reload();
  await expect(page.getByText(`${mark} laptop`).first()).toBeVisible();
  await expect(page.locator(".made-key")).toHaveCount(0);
  await page.getByRole("button", { name: `Delete key ${mark} laptop` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete key" }).click();
  await expect(page.getByRole("button", { name: `Delete key ${mark} laptop` })).toHaveCount(0);
});

test("rotation is set in the settings", async ({ sites: { page } }) => {
  await page.goto("/#/settings/keys");
  const attempts = page.getByRole("textbox", { name: "Try another key or site" });
  const before = await attempts.inputValue();
  await attempts.fill("0");
  await attempts.blur();
  await expect(page.getByRole("alert")).toContainText("whole number");
  await attempts.fill(before === "2" ? "3" : "2");
  await attempts.press("Enter");
  await expect(page.getByText("Saved: Try another key or site")).toBeVisible();
  await page.request.patch("/api/config", { data: { "routing.max_attempts": Number(before) } });
});

test("sites are usable at 960 × 620", async ({ sites: { page } }) => {
  const id = await make(page.request, one);
  await page.setViewportSize({ width: 960, height: 620 });
  for (const place of ["sites", `sites/${id}`, "settings/routing", "settings/keys"]) {
    await page.goto(`/#/${place}`);
    await expect(page.locator("main")).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth)).toBeLessThanOrEqual(0);
  }
});
