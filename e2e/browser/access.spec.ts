import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { Editor } from './editor.ts'
import { startProduct, type Product } from './product.ts'
import { expect, picture, test } from './test.ts'

test.describe.configure({ timeout: 120_000 })

let product: Product

test.beforeAll(async () => {
  product = await startProduct({ hasDemo: true })
})

test.afterAll(async () => {
  await product?.stop()
})

interface State {
  readonly name: string
  readonly reach: (editor: Editor) => Promise<void>
}

/** Places of the editor, each reached from the demo flow as it opens. */
const states: readonly State[] = [
  {
    name: 'live flow with chart',
    async reach({ page }) {
      await expect(page.getByTestId('chart').first()).toBeVisible()
    },
  },
  {
    name: 'settings of a node and debug messages',
    async reach({ page, node }) {
      await node('average').click()
      await expect(page.getByTestId('code-groupBy')).toBeVisible()
      await page.getByTestId('drawer-debug').click()
      await expect(page.getByTestId('debug-entry').first()).toBeVisible({ timeout: 60_000 })
    },
  },
  {
    name: 'quick add',
    async reach({ page }) {
      await page.getByTestId('canvas').focus()
      await page.keyboard.press('Space')
      await page.keyboard.type('m')
      await expect(page.getByTestId('quick-add').getByRole('option').first()).toBeVisible()
    },
  },
  {
    name: 'connection dialog',
    async reach({ page }) {
      await page.getByTestId('rail-connections').click()
      await page.getByTestId('connection-embedded-broker').click()
      await expect(page.getByTestId('connection-dialog')).toBeVisible()
    },
  },
  {
    name: 'what deploying would change',
    async reach({ page, node }) {
      await node('plausible').click()
      await page.getByLabel('Name of the node').fill(`Plausible at ${Date.now()}`)
      await page.getByTestId('deploy-menu').click()
      await page.getByRole('menuitem', { name: 'What would change…' }).click()
      await expect(page.getByTestId('changes')).toBeVisible()
    },
  },
  {
    name: 'commands',
    async reach({ page }) {
      await page.keyboard.press('ControlOrMeta+K')
      await page.keyboard.type('de')
      await expect(page.getByTestId('command-palette').getByRole('option').first()).toBeVisible()
    },
  },
  {
    name: 'import',
    async reach({ page }) {
      await page.getByTestId('more-menu').click()
      await page.getByRole('menuitem', { name: 'Import…' }).click()
      await page.getByLabel('JSON to import').fill('{"millrace": 1, "flows": "none"}')
      await expect(page.getByTestId('import-dialog')).toBeVisible()
    },
  },
  {
    name: 'problems, help and an empty flow',
    async reach(editor) {
      const { page } = editor
      await editor.newFlow()
      await expect(page.getByTestId('empty-canvas')).toBeVisible()
      await noViolations(page)
      await editor.dragFromPalette('mqtt/in', { x: 300, y: 200 })
      await page.getByTestId('inspector').getByRole('tab', { name: 'Help' }).click()
      await page.getByTestId('problems-button').click()
    },
  },
]

for (const scheme of ['light', 'dark'] as const)
  for (const { name, reach } of states)
    test(`has no barrier: ${name}, ${scheme}`, async ({ page, editor }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await editor.open(product.url)
      await expect(page.getByTestId('canvas')).toBeVisible()
      await page.waitForFunction(() => window.millrace?.().flow !== undefined)
      await reach(editor)
      await picture(page, `access ${name} ${scheme}`.replaceAll(/[ ,]+/g, '-'))
      await noViolations(page)
    })

test('the keyboard reaches the canvas and every part of the page', async ({ page, editor }) => {
  await editor.open(product.url)
  await page.getByTestId(`tab-plant`).click()
  await expect(editor.node('sensors')).toBeVisible()
  const reached = new Set<string>()
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press('F6')
    reached.add(await regionInFocus(page))
  }
  expect([...reached].toSorted()).toEqual(
    ['canvas', 'drawer', 'header', 'inspector', 'rail', 'status'].toSorted(),
  )

  // Along the wires, from the first node to the last.
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('Home')
  const ways: string[][] = []
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) {
    ways.push([...(await editor.snapshot()).selected])
    await page.keyboard.press(key)
  }
  expect(ways).toEqual([['sensors'], ['plausible'], ['average'], expect.any(Array)])
  expect((await editor.snapshot()).selected).toEqual(['average'])
  await expect(page.locator('#canvas-announcer')).toContainText('10 s average')
  await expect(page.getByTestId('canvas')).toHaveAttribute('aria-activedescendant', 'card-average')

  await page.keyboard.press('Enter')
  expect(await regionInFocus(page)).toBe('inspector')
})

async function noViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary}`,
    ),
  )
  expect(found, 'barriers').toEqual([])
}

function regionInFocus(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      document.activeElement?.closest<HTMLElement>('[data-region]')?.dataset['region'] ?? 'none',
  )
}
