import { defineConfig } from "vitest/config";

const server = process.env.SAYDO_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  build: {
    target: "es2022",
    // The CSP forbids data: scripts and we want one request per file, never an inlined surprise.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": { target: server, changeOrigin: false } },
  },
  test: { include: ["src/**/*.test.ts"] },
});
