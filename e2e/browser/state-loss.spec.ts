import type { Flow } from '@millrace/flow'
import { startProduct, type Product } from './product.ts'
import { expect, test } from './test.ts'

/** Keeps counts for ten minutes, so that there is something to lose. */
const counting: Flow = {
  millrace: 1,
  name: 'counting',
  title: 'Counting',
  nodes: [
    { id: 'tick', type: 'core/inject', config: { schedule: 'every', everyMs: 200 } },
    { id: 'window', type: 'window/aggregate', config: { sizeMs: 600_000 } },
    { id: 'debug', type: 'core/debug', config: {} },
  ],
  wires: [
    { from: { node: 'tick', port: 'out' }, to: { node: 'window', port: 'in' } },
    { from: { node: 'window', port: 'out' }, to: { node: 'debug', port: 'in' } },
  ],
  layout: { tick: { x: 0, y: 0 }, window: { x: 280, y: 0 }, debug: { x: 560, y: 0 } },
}

let product: Product

test.beforeAll(async () => {
  product = await startProduct()
})

test.afterAll(async () => {
  await product?.stop()
})

const version = async () => (await product.api.flow(counting.name)).deployment.version

test('deploying says first what state would be lost, and goes on from there', async ({
  page,
  editor,
}) => {
  await product.api.deploy(counting)
  await editor.open(product.url)
  await editor.node('window').click()
  await page.getByLabel('Name of the node').fill('Ten minutes')
  await editor.deploy()
  expect(await version()).toBe(2)

  await editor.fill('sizeMs', '5 min')
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(page.getByTestId('state-losses')).toContainText('Ten minutes')
  expect(await version()).toBe(2)
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(page.getByTestId('deploy-dialog')).toBeHidden()
  await expect.poll(version).toBe(3)

  // The older version has a window of another length.
  await page.getByTestId('deploy-menu').click()
  await page.getByRole('menuitem', { name: 'Versions…' }).click()
  await expect(page.getByTestId('state-losses')).toBeHidden()
  await page.getByRole('button', { name: /^1 / }).click()
  await expect(page.getByTestId('state-losses')).toContainText('Length')
})
