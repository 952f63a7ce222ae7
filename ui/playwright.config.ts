// Against a running Relayscope: RELAYSCOPE_URL is its address, RELAYSCOPE_OPEN_URL the one-time address that signs in.
// CHROMIUM_PATH names a browser that is installed already.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

// Two runs at a time must not share a cookie. The workers inherit the name.
process.env["RELAYSCOPE_SESSION"] ??= join(tmpdir(), `relayscope-session-${process.pid}.json`);

const executablePath = process.env["CHROMIUM_PATH"];

export default defineConfig({
  testDir: "tests",
  // One server, one list: what one test does to it another would see.
  workers: 1,
  fullyParallel: false,
  // What is tested is what happens, not how fast: a busy machine may stand still for seconds.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: process.env["CI"] === undefined ? "list" : [["list"], ["html", { open: "never" }]],
  globalSetup: "./tests/signIn.ts",
  use: {
    baseURL: process.env["RELAYSCOPE_URL"] ?? "http://127.0.0.1:7357",
    storageState: process.env["RELAYSCOPE_SESSION"] ?? "",
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    colorScheme: "light",
    trace: "retain-on-failure",
    permissions: ["clipboard-read", "clipboard-write"],
    launchOptions: {
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
      ...(executablePath === undefined ? {} : { executablePath }),
    },
  },
});
