import { defineConfig } from 'vitest/config'

/**
 * Three projects: `unit` (a node or package alone, no service), `editor` (with a DOM) and `e2e`
 * (whole flows, real servers: everything under e2e/ and every `x.service.test.ts`).
 */
const inEveryProject = ['**/node_modules/**', '**/dist/**']

/** Real servers and a real clock: what fails once in CI is tried again, and said to have been. */
const secondTries = process.env['CI'] === undefined ? 0 : 1

export default defineConfig({
  test: {
    reporters: ['default', './vitest-reporter.ts'],
    testTimeout: 10_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{packages,nodes}/*/src/**/*.test.ts',
            'apps/{server,launcher}/src/**/*.test.ts',
          ],
          exclude: [...inEveryProject, '**/*.service.test.ts'],
          pool: 'threads',
          // One module registry for all files: safe because module state is banned, and 30 times quicker.
          isolate: false,
        },
      },
      {
        test: {
          name: 'editor',
          include: ['apps/editor/**/*.test.{ts,tsx}'],
          exclude: inEveryProject,
          environment: 'happy-dom',
          pool: 'threads',
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts', '**/*.service.test.ts'],
          exclude: inEveryProject,
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          retry: secondTries,
        },
      },
    ],
  },
})
