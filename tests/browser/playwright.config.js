import { defineConfig } from '@playwright/test';

// Each test has a server and a database of its own; see support/fixtures.js.
export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  // Waited for in full only where something fails: a slow machine is no fault of the app.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  forbidOnly: !!process.env.CI,
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    // Not a zone of the demo organisation: nothing may depend on where the viewer is.
    timezoneId: 'Europe/Paris',
    permissions: [],
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync'],
    },
  },
});
