import { chromium, type FullConfig } from "@playwright/test";

/** The one-time address is good for one visit: its cookie is kept for all tests. */
export default async function signIn(config: FullConfig): Promise<void> {
  const use = config.projects[0]?.use;
  const browser = await chromium.launch(use?.launchOptions ?? {});
  const context = await browser.newContext();
  const page = await context.newPage();
  const address = process.env["RELAYSCOPE_OPEN_URL"];
  if (address !== undefined && address !== "") await page.goto(address);
  await context.storageState({ path: process.env["RELAYSCOPE_SESSION"] ?? "" });
  await browser.close();
}
