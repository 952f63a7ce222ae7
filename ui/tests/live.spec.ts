import { expect, test } from "./panel.ts";

test("rows change in place while they stream", async ({ panel }) => {
  // Looked at from inside the page: a stream may be over before two questions from outside are answered.
  const changes = (seen: Record<string, string>): boolean =>
    [...document.querySelectorAll("tbody tr[id^='row-']")].some((row) => {
      if (row.querySelector(".v-live, .dur.going") === null) return false;
      const before = seen[row.id];
      seen[row.id] = row.textContent ?? "";
      return before !== undefined && before !== seen[row.id];
    });
  const seen = await panel.page.evaluateHandle(() => ({}) as Record<string, string>);
  await panel.page.waitForFunction(changes, seen, { polling: 100, timeout: 40_000 });
});

test("new rows wait while the pointer is over the table", async ({ panel }) => {
  const first = panel.rows.first();
  await first.hover();
  const id = await first.getAttribute("id");
  const pill = panel.page.locator(".new-pill");
  await expect(pill).toBeVisible({ timeout: 40_000 });
  expect(await panel.rows.first().getAttribute("id")).toBe(id);
  await pill.click();
  await expect(pill).toBeHidden();
  await expect.poll(() => panel.rows.first().getAttribute("id")).not.toBe(id);
});

test("pause holds new rows back, resume lets them in", async ({ panel }) => {
  await panel.page.keyboard.press("Space");
  await expect(panel.page.getByRole("button", { name: "Resume" })).toBeVisible();
  const id = await panel.rows.first().getAttribute("id");
  await expect(panel.page.locator(".new-pill")).toBeVisible({ timeout: 40_000 });
  expect(await panel.rows.first().getAttribute("id")).toBe(id);
  await panel.page.keyboard.press("Space");
  await expect(panel.page.locator(".new-pill")).toBeHidden();
  await expect.poll(() => panel.rows.first().getAttribute("id")).not.toBe(id);
});

test("the filter narrows the list, says what it hides, and Esc takes it back", async ({ panel }) => {
  await panel.page.keyboard.press("/");
  await expect(panel.filter).toBeFocused();
  await panel.page.keyboard.type("model:nothing-like-it");
  await expect(panel.page.getByRole("heading", { name: "No request matches" })).toBeVisible();
  await expect(panel.page.getByText(/hidden by “model:nothing-like-it”/)).toBeVisible();
  await panel.page.keyboard.press("Escape");
  await expect(panel.filter).toHaveValue("");
  await expect(panel.rows.first()).toBeVisible();
});

test("chips pick several values and Delete clears them", async ({ panel }) => {
  const chip = panel.page.getByRole("button", { name: /^Status/ });
  await chip.click();
  const options = panel.page.getByRole("listbox", { name: "Status" });
  await options.getByRole("option", { name: /^OK/ }).click();
  await options.getByRole("option", { name: /^In flight/ }).click();
  await panel.page.keyboard.press("Escape");
  await expect(options).toBeHidden();
  await expect(chip).toHaveText(/2 picked/);
  await expect(panel.table.locator("tbody .st.err")).toHaveCount(0);
  await chip.focus();
  await panel.page.keyboard.press("Delete");
  await expect(chip).toHaveText("Status");
});

test("keys move, open, switch and close", async ({ panel }) => {
  await panel.filter.fill("status:ok");
  await panel.filter.press("Escape");
  await panel.filter.fill("status:ok");
  await panel.filter.blur();
  // A new row would move the others down between a key and the look at what it did.
  await panel.page.keyboard.press("Space");
  await expect(panel.page.getByRole("button", { name: /^Resume/ })).toBeVisible();
  await panel.page.keyboard.press("j");
  await expect(panel.rows.first()).toHaveAttribute("aria-selected", "true");
  await panel.page.keyboard.press("Enter");
  await expect(panel.detail).toBeVisible();
  await panel.page.keyboard.press("j");
  await expect(panel.rows.nth(1)).toHaveAttribute("aria-selected", "true");
  await panel.page.keyboard.press("[");
  await expect(panel.rows.first()).toHaveAttribute("aria-selected", "true");
  await panel.page.keyboard.press("r");
  await expect(panel.detail.getByRole("button", { name: "Raw", exact: true })).toHaveAttribute("aria-pressed", "true");
  await panel.page.keyboard.press("p");
  await expect(panel.detail.getByRole("button", { name: "Parsed" })).toHaveAttribute("aria-pressed", "true");
  await panel.page.keyboard.press("Escape");
  await expect(panel.detail).toBeHidden();
});

test("the palette finds commands and the key sheet opens", async ({ panel }) => {
  await panel.page.keyboard.press("Control+k");
  const palette = panel.page.getByRole("dialog", { name: "Command palette" });
  await palette.getByRole("combobox").fill("settings");
  await expect(palette.getByRole("option").first()).toContainText("Settings");
  await panel.page.keyboard.press("Enter");
  await expect(panel.page.getByRole("navigation", { name: "Settings sections" })).toBeVisible();
  await panel.page.keyboard.press("?");
  await expect(panel.page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await panel.page.keyboard.press("Escape");
  await expect(panel.page.getByRole("dialog", { name: "Keyboard" })).toBeHidden();
});

test("clearing can be undone, and only then reaches the server", async ({ panel }) => {
  let asked = 0;
  await panel.page.route("**/api/clear-history", async (route) => {
    asked += 1;
    await route.fulfill({ json: { success: true, cleared: 1 } });
  });
  const finished = panel.table.locator("tbody .st.ok");
  await expect(finished.first()).toBeVisible();
  await panel.page.getByRole("button", { name: "Clear history" }).click();
  const clear = panel.page.getByRole("alertdialog").getByRole("button", { name: "Clear history" });
  await panel.tells(/requests? cleared/, () => clear.click());
  await panel.page.getByRole("button", { name: "Undo" }).click();
  await expect(finished.first()).toBeVisible();
  expect(asked).toBe(0);

  await panel.page.getByRole("button", { name: "Clear history" }).click();
  await panel.page.getByRole("alertdialog").getByRole("button", { name: "Clear history" }).click();
  await expect.poll(() => asked, { timeout: 15_000 }).toBe(1);
});

test("what is on disk goes only when it is asked for", async ({ panel }) => {
  const asked: unknown[] = [];
  await panel.page.route("**/api/clear-history", async (route) => {
    asked.push(route.request().postDataJSON());
    await route.fulfill({ json: { success: true, cleared: 1 } });
  });
  await expect(panel.table.locator("tbody .st.ok").first()).toBeVisible();
  await panel.page.getByRole("button", { name: "Clear history" }).click();
  const dialog = panel.page.getByRole("alertdialog");
  const disk = dialog.getByRole("checkbox", { name: /kept on disk/ });
  await expect(disk).toHaveAttribute("aria-checked", "false");
  await disk.click();
  await panel.tells("List and disk cleared", () => dialog.getByRole("button", { name: "Clear history" }).click());
  await expect.poll(() => asked, { timeout: 15_000 }).toEqual([{ kept: true }]);
});

test("older requests are read as the end of the list comes near", async ({ panel }) => {
  const asked = panel.page.waitForRequest((request) => request.url().includes("/api/requests"));
  await panel.page.locator(".table-wrap").evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await asked;
});
