import { defineConfig } from '@playwright/test'
import { chromiumArguments, findChromium } from '@millrace/services'

const executablePath = findChromium()

export default defineConfig({
  testDir: './browser',
  testMatch: '*.spec.ts',
  outputDir: './results/browser',
  timeout: 60_000,
  workers: 1,
  // A machine that is busy for a moment; what needed a second try is listed as flaky.
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  use: {
    actionTimeout: 15_000,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      args: [...chromiumArguments],
      ...(executablePath === undefined ? {} : { executablePath }),
    },
  },
})
