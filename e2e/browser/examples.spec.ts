import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { Alert } from '@millrace/protocol'
import { startProduct, type Product } from './product.ts'
import { expect, picture, test } from './test.ts'

test.describe.configure({ timeout: 180_000 })

let product: Product

test.beforeAll(async () => {
  product = await startProduct()
})

test.afterAll(async () => {
  await product?.stop()
})

const names = [
  'machine-monitoring',
  'cold-chain',
  'predictive-maintenance',
  'energy-metering',
  'web-traffic',
  'fraud-rules',
]

test('all examples open from the empty state, run, and tell of what they watch', async ({
  page,
  editor,
}) => {
  await editor.open(product.url)
  const gallery = page.getByTestId('examples')
  await expect(gallery.getByRole('button')).toHaveCount(6)
  await expect(gallery.locator('svg').first().locator('path').first()).toBeVisible()
  const found = await new AxeBuilder({ page }).include('main').analyze()
  expect(found.violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  await picture(page, 'examples')

  for (const [at, name] of names.entries()) {
    if (at > 0) await openGallery(page)
    await page.getByTestId(`example-${name}`).click()
    await expect(page.getByTestId(`tab-${name}`)).toHaveAttribute('aria-selected', 'true')
    await expect(page.getByTestId('examples')).toHaveCount(0)
    expect((await editor.snapshot()).problems).toEqual([])
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByTestId(`tab-${name}`)).toContainText('running')
  }

  // Charts of two flows whose nodes have the same id are not mixed up.
  await page.getByTestId('tab-machine-monitoring').click()
  const chart = page.getByTestId('chart').first()
  await expect(chart.getByText('mill-1')).toBeVisible({ timeout: 60_000 })
  await page.getByTestId('tab-cold-chain').click()
  await expect(chart.getByText('truck-1')).toBeVisible({ timeout: 60_000 })
  await expect(chart.getByText('mill-1')).toHaveCount(0)

  const alerting = async () => {
    const { alerts } = (await product.api.ask('GET', '/alerts')) as { alerts: readonly Alert[] }
    return [...new Set(alerts.map(({ flow }) => flow))].toSorted()
  }
  // The last rule of fraud is broken only in the second minute.
  const soon = names.filter((name) => name !== 'fraud-rules').toSorted()
  await expect.poll(alerting, { timeout: 100_000 }).toEqual(expect.arrayContaining(soon))
  await picture(page, 'examples-running')
})

test('an example that is opened twice becomes another flow', async ({ page, editor }) => {
  await editor.open(product.url)
  await openGallery(page)
  await page.getByTestId('example-web-traffic').click()
  await expect(page.locator('[data-tab^="web-traffic"]')).toHaveCount(2)
})

async function openGallery(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+K')
  await expect(page.getByTestId('command-palette')).toBeVisible()
  await page.keyboard.type('from an example')
  await page.keyboard.press('Enter')
}
