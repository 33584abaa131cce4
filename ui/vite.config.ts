import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => {
  // The dev server shows a real fleet, or the mock server's, behind the page in work.
  const target = loadEnv(mode, ".", "SWARMPULSE_").SWARMPULSE_URL ?? "http://127.0.0.1:9870";
  return {
    plugins: [react()],
    server: { port: 9872, proxy: { "/api": { target, changeOrigin: true } } },
    build: {
      target: ["chrome123", "firefox121", "safari17.5"],
      // Everything is a file of its own: the content security policy allows no data: and no inline code.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // What the first page needs is one file, and what later ones share another: in pieces, each would be compressed by
      // itself.
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [
              { name: "first", tags: ["$initial"], priority: 1 },
              { name: "shared", minShareCount: 2 },
            ],
          },
        },
      },
    },
    test: { environment: "node" as const, include: ["src/**/*.test.ts"], env: { TZ: "UTC" } },
  };
});
