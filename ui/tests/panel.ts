// What every test needs: the panel, open and in its first state, with an eye on the content security policy.
import { expect, test as base, type Locator, type Page } from "@playwright/test";

const look = { "ui.language": "en", "ui.theme": "light", "ui.density": "default" };

export class Panel {
  readonly table: Locator;
  readonly rows: Locator;
  readonly detail: Locator;
  readonly filter: Locator;

  constructor(readonly page: Page) {
    this.table = page.getByRole("table", { name: "Requests" });
    this.rows = this.table.locator("tbody tr[id^='row-']");
    this.detail = page.locator("#detail");
    this.filter = page.locator("#filter");
  }

  async open(): Promise<void> {
    await this.page.goto("/#/live");
    await expect(this.rows.first()).toBeVisible();
    await this.away();
  }

  /** The pointer off the table, which would hold new rows back. */
  async away(): Promise<void> {
    await this.page.mouse.move(640, 5);
  }

  /** Does something of which a message tells; looks out for it beforehand, since it goes by itself after seconds. */
  async tells(message: string | RegExp, act: () => Promise<void>): Promise<void> {
    await Promise.all([this.page.getByText(message).waitFor(), act()]);
  }

  /** Holds the list still and opens the first row that fits. */
  async openDetail(filter = "status:ok"): Promise<void> {
    await this.filter.fill(filter);
    await this.rows.first().click();
    await expect(this.detail).toBeVisible();
    await expect(this.detail.locator(".detail-col").first()).toBeAttached();
    await this.away();
  }

  /** Opens a finished stream with a recorded answer. */
  async openStream(): Promise<void> {
    await this.openDetail();
    for (let tries = 0; tries < 20; tries++) {
      if (await this.detail.locator(".detail-head .tag", { hasText: "stream" }).isVisible()) return;
      await this.page.keyboard.press("j");
    }
    throw new Error("the list has no finished stream");
  }
}

type Fixtures = { panel: Panel; violations: string[] };

export const test = base.extend<Fixtures>({
  violations: async ({ page }, use) => {
    const found: string[] = [];
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) found.push(message.text());
    });
    page.on("pageerror", (error) => found.push(error.message));
    await use(found);
  },
  panel: async ({ page, violations }, use) => {
    await page.request.patch("/api/config", { data: look });
    const panel = new Panel(page);
    await panel.open();
    await use(panel);
    await page.request.patch("/api/config", { data: look });
    expect(violations, "no policy violation and no uncaught error").toEqual([]);
  },
});

export { expect };
