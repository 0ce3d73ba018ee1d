import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { chromiumArguments, findChromium } from '@millrace/services'
import { editorOn } from './editor.ts'
import { startProduct } from './product.ts'

// screenshot.ts: takes the README's picture of the demo flow, when its chart is full.
const file = fileURLToPath(new URL('../../docker/screenshot.png', import.meta.url))
const livesMs = Number(process.argv[2] ?? 310_000)

const executablePath = findChromium()
const browser = await chromium.launch({
  args: [...chromiumArguments],
  ...(executablePath === undefined ? {} : { executablePath }),
})
const product = await startProduct({ hasDemo: true })
try {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
  })
  const editor = editorOn(page)
  await editor.open(product.url)
  await page.getByTestId('chart').first().waitFor()
  await page.keyboard.press('ControlOrMeta+I')
  await page.keyboard.press('Shift+Digit1')
  await page.waitForTimeout(livesMs)
  await page.screenshot({ path: file })
  console.log(`${file}: ${Math.round((await stat(file)).size / 1024)} KB`)
} finally {
  await browser.close()
  await product.stop()
}
