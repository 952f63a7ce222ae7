import { expect, test } from "./panel.ts";

test("a setting is saved when it is left, and refused with a sentence", async ({ panel }) => {
  const { page } = panel;
  await page.goto("/#/settings/pricing");
  const field = page.getByRole("textbox", { name: "Exchange rate" });
  const before = await field.inputValue();
  await field.fill("zero");
  await field.blur();
  await expect(page.getByRole("alert")).toContainText("greater than 0");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await field.fill("7.05");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await field.press("Enter");
  await expect(page.getByText("Saved: Exchange rate")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Exchange rate" })).toHaveValue("7.05");
  await page.request.patch("/api/config", { data: { "pricing.exchange_rate": Number(before) } });
});

test("switches save at once", async ({ panel }) => {
  const { page } = panel;
  await page.goto("/#/settings/data");
  const bodies = page.getByRole("switch", { name: "Record bodies" });
  const before = await bodies.getAttribute("aria-checked");
  await bodies.click();
  await expect(bodies).not.toHaveAttribute("aria-checked", before ?? "");
  await bodies.click();
  await expect(bodies).toHaveAttribute("aria-checked", before ?? "");
});

test("what the server refuses is said beside the field", async ({ panel }) => {
  const { page } = panel;
  await page.goto("/#/settings/security");
  await page.route("**/api/config", async (route) => {
    if (route.request().method() !== "PATCH") return route.continue();
    const error = { code: "no_such_code", message: "The server says no.", params: [] };
    return route.fulfill({ status: 400, json: { error } });
  });
  const field = page.getByRole("textbox", { name: "Rate limit" });
  await field.fill("123");
  await field.blur();
  await expect(page.getByRole("alert")).toHaveText("The server says no.");
  await page.unroute("**/api/config");
});

test("a window that is not signed in says how to sign in", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ ...(baseURL === undefined ? {} : { baseURL }), storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.route("**/api/session", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), signed_in: false } });
  });
  await page.goto("/#/live");
  await expect(page.getByText("relayscope open").first()).toBeVisible();
  await context.close();
});
