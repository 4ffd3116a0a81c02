import { defineConfig } from "@playwright/test";

/**
 * The journeys run against a platform that is there already: GARDENOS is its address, GARDENOS_LOGINS what `make up`
 * printed, as JSON of passwords by email, GARDENOS_OPENID the issuer of an OpenID provider that asks who one is,
 * GARDENOS_RETAINING an agency in which leads are announced to be forgotten, GARDENOS_MAIL where it takes mail in, as host:port, GARDENOS_OPERATOR an operator's email, password and recovery codes.
 * `make test` starts all of it for them (`e2e/test_browser.py`).
 */
export default defineConfig({
  testDir: "journeys",
  outputDir: "../test-results/journeys",
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  forbidOnly: true,
  use: {
    baseURL: process.env.GARDENOS ?? "http://127.0.0.1:8000",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    // Another zone than the agency's: what is shown must not depend on where the browser is.
    timezoneId: "Asia/Tokyo",
    locale: "en-US",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "wide", use: { viewport: { width: 1280, height: 800 } } },
    { name: "narrow", use: { viewport: { width: 390, height: 844 }, hasTouch: true } },
  ],
});
