import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import { serviceMissing, type ServiceName } from '@millrace/services'
import { editorOn, type Editor } from './editor.ts'

export interface Faults {
  /** Errors of the page that this test causes on purpose, such as those of a server that is gone. */
  expect(pattern: RegExp): void
  seen(): readonly string[]
}

interface Fixtures {
  readonly editor: Editor
  readonly faults: Faults
}

/** A test in the browser; an error in the page's console, or one that nobody caught, fails it. */
export const test = base.extend<Fixtures>({
  faults: [
    async ({ page }, provide) => {
      const seen: string[] = []
      const expected: RegExp[] = []
      watch(page, seen)
      await provide({ expect: (pattern) => void expected.push(pattern), seen: () => seen })
      const unexpected = seen.filter((text) => !expected.some((pattern) => pattern.test(text)))
      expect(unexpected, 'errors in the page').toEqual([])
    },
    { auto: true },
  ],
  editor: async ({ page }, provide) => {
    await provide(editorOn(page))
  },
})

export { expect }

function watch(page: Page, seen: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => void seen.push(error.stack ?? error.message))
}

/** Called first in a file: without these services its tests are skipped, and in CI they fail. */
export function needs(...services: readonly ServiceName[]): void {
  const reasons = services.map(serviceMissing).filter((reason) => reason !== undefined)
  test.skip(reasons.length > 0, reasons.join('; '))
}

const pictures = fileURLToPath(new URL('../results/pictures', import.meta.url))

/** Keeps a picture of the page, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}
