import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` serves the client with the platform that `make up` started behind it.
const platform = process.env.GARDENOS ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/api": platform, "/.well-known": platform } },
  build: {
    target: "es2023",
    manifest: true,
    modulePreload: { polyfill: false },
    // Every file is one that the Content-Security-Policy lets load: nothing inline.
    assetsInlineLimit: 0,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
  },
});
