import { expect, test } from "./panel.ts";

test("the language changes everywhere and is kept", async ({ panel }) => {
  const { page } = panel;
  await page.getByRole("button", { name: "Switch to Chinese" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.getByRole("link", { name: "设置" })).toBeVisible();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await page.getByRole("button", { name: "切换到英文" }).click();
  await expect(page.getByRole("link", { name: "Settings" })).toBeVisible();
});

test("the theme changes at once and is right before the first paint", async ({ panel }) => {
  const { page } = panel;
  await page.getByRole("button", { name: "Switch to dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  const early = page.waitForEvent("domcontentloaded").then(() => page.locator("html").getAttribute("data-theme"));
  await page.reload();
  expect(await early).toBe("dark");
});

test("the system's theme is followed", async ({ panel }) => {
  const { page } = panel;
  await page.goto("/#/settings/general");
  await page.getByRole("group", { name: "Theme" }).getByRole("button", { name: "System" }).click();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
});

test("everything is usable at 960 × 620", async ({ panel }) => {
  const { page } = panel;
  await page.setViewportSize({ width: 960, height: 620 });
  const overflow = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  for (const name of ["Time", "Model", "Cost"]) await expect(panel.table.getByRole("columnheader", { name })).toBeInViewport();
  await panel.openDetail();
  await expect(panel.detail).toBeInViewport({ ratio: 1 });
  await expect(page.locator(".kpis")).toBeHidden();
  await panel.detail.getByRole("button", { name: "Headers" }).click();
  await expect(panel.detail.getByRole("heading", { name: /^Request headers/ }).last()).toBeVisible();
  await page.goto("/#/settings/proxy");
  await expect(page.getByRole("textbox", { name: "Port" })).toBeInViewport();
  expect(await overflow()).toBeLessThanOrEqual(0);
});

test("the sidebar folds into a rail and back", async ({ panel }) => {
  const { page } = panel;
  const sidebar = page.locator(".sidebar");
  await page.keyboard.press("Control+b");
  await expect.poll(async () => (await sidebar.boundingBox())?.width).toBeLessThan(60);
  await page.getByRole("button", { name: "Expand sidebar" }).click();
  await expect.poll(async () => (await sidebar.boundingBox())?.width).toBeGreaterThan(200);
});
