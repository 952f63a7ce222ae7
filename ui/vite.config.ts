import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type ProxyOptions } from "vite";
import { sprite } from "./sprite.ts";

// Where `npm run dev` finds a running Relayscope.
const server = process.env["RELAYSCOPE_URL"] ?? "http://127.0.0.1:7357";

// The server answers only under its own name and refuses calls from other origins.
const forward: ProxyOptions = {
  target: server,
  changeOrigin: true,
  rewriteWsOrigin: true,
  configure: (proxy) => proxy.on("proxyReq", (request) => void (request.hasHeader("origin") && request.setHeader("origin", server))),
};

export default defineConfig({
  plugins: [svelte(), sprite()],
  build: {
    outDir: "dist",
    // WKWebView 15 and WebKitGTK 2.38 are the oldest engines the window opens in.
    target: "safari15",
    cssTarget: "safari15",
    // Data addresses would bypass the cache and, for scripts, the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
  server: {
    proxy: {
      "/api": forward,
      "/health": forward,
      "/ws": { ...forward, ws: true },
    },
  },
});
