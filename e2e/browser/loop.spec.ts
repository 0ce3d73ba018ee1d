import type { DeploymentInfo, PointsBody } from '@millrace/protocol'
import type { Flow } from '@millrace/flow'
import type { Editor } from './editor.ts'
import { startProduct, type Product } from './product.ts'
import { expect, picture, test } from './test.ts'

test.describe.configure({ timeout: 90_000 })

const wireOf = (from: string, to: string) => ({
  from: { node: from, port: 'out' },
  to: { node: to, port: 'in' },
})

/** A button, and a function that never comes back. */
const looping: Flow = {
  millrace: 1,
  name: 'looping',
  title: 'Looping',
  nodes: [
    { id: 'go', type: 'core/inject', config: {} },
    {
      id: 'spinner',
      type: 'core/function',
      name: 'Spinner',
      config: { code: 'while (true) {}\nreturn message\n' },
    },
  ],
  wires: [wireOf('go', 'spinner')],
  layout: { go: { x: 0, y: 0 }, spinner: { x: 320, y: 0 } },
}

/** Ten messages a second into a chart. */
const steady: Flow = {
  millrace: 1,
  name: 'steady',
  title: 'Steady',
  nodes: [
    { id: 'chart', type: 'core/chart', config: {} },
    { id: 'tick', type: 'core/inject', config: { schedule: 'every', everyMs: 100 } },
  ],
  wires: [wireOf('tick', 'chart')],
  layout: { chart: { x: 320, y: 0 }, tick: { x: 0, y: 0 } },
}

let product: Product

test.beforeEach(async () => {
  product = await startProduct()
})

test.afterEach(async ({ page }) => {
  await page.close()
  await product?.stop()
})

test('an endless loop stops its own flow only, and is found', async ({ editor, faults }) => {
  // The press of a button is answered when it is dealt with, or when it never will be.
  faults.expect(/409 .*\/actions\/inject/)
  const { page } = editor
  await product.api.deploy(steady)
  await product.api.deploy(looping)
  await editor.open(product.url)
  await page.getByTestId(`tab-${looping.name}`).click()
  await expect(editor.node('spinner')).toBeVisible()

  const answers = timeAnswers(product)
  await loop(editor, ({ restarts }) => restarts === 1)
  await expect(page.getByTestId('flow-trouble')).toContainText('“Spinner” ran for more than 2')
  await picture(page, 'loop')
  await expect.poll(() => stateOf(product), { timeout: 20_000 }).toBe('running')

  // The page stays quick too: it opens another flow, whose numbers go on, and comes back.
  await page.getByTestId(`tab-${steady.name}`).click()
  await expect(editor.node('tick')).toBeVisible()
  await page.getByTestId(`tab-${looping.name}`).click()

  await loop(editor, ({ restarts }) => restarts === 2)
  await expect.poll(() => stateOf(product), { timeout: 20_000 }).toBe('running')
  await loop(editor, ({ state }) => state === 'quarantined')
  const { deployment } = await product.api.flow(looping.name)
  expect(deployment).toMatchObject({ state: 'quarantined', node: 'spinner' })
  const trouble = page.getByTestId('flow-trouble')
  await expect(trouble).toContainText('“Spinner”')
  await trouble.getByRole('button', { name: 'Show' }).click()
  await expect.poll(async () => (await editor.snapshot()).selected).toEqual(['spinner'])
  await picture(page, 'quarantined')

  expect(await answers.stop(), 'the slowest answer of the server, in ms').toBeLessThan(500)
  const other = (await product.api.flow(steady.name)).deployment
  expect(other).toMatchObject({ state: 'running', restarts: 0 })
  // The history keeps about a value a second; a loop is found after more than two.
  expect(await longestGap(product)).toBeLessThan(2000)
})

test('a flow in quarantine comes back when it is mended and deployed', async ({
  editor,
  faults,
}) => {
  // The press of a button is answered when it is dealt with, or when it never will be.
  faults.expect(/409 .*\/actions\/inject/)
  const { page } = editor
  await product.api.deploy(looping)
  await editor.open(product.url)
  for (const wanted of [1, 2]) {
    await loop(editor, ({ restarts }) => restarts === wanted)
    await expect.poll(() => stateOf(product), { timeout: 20_000 }).toBe('running')
  }
  await loop(editor, ({ state }) => state === 'quarantined')
  await editor.node('spinner').click()
  await editor.code('code', 'return message')
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect.poll(() => stateOf(product)).toBe('running')
  await expect(page.getByTestId('flow-trouble')).toBeHidden()
  await page.getByTestId('action-go-inject').click()
  await expect(editor.node('spinner').locator('[data-part="dot"]')).toHaveAttribute(
    'data-state',
    'ok',
  )
})

/** Presses the button that sends the function into its loop. */
async function loop({ page }: Editor, isSo: (info: DeploymentInfo) => boolean): Promise<void> {
  const button = page.getByTestId('action-go-inject')
  await expect(button).toBeEnabled()
  await button.click()
  const isThere = async () => isSo((await product.api.flow(looping.name)).deployment)
  await expect.poll(isThere, { timeout: 20_000 }).toBe(true)
}

async function stateOf({ api }: Product): Promise<string> {
  return (await api.flow(looping.name)).deployment.state
}

/** Asks the server all the time; gives the longest that an answer took, in milliseconds. */
function timeAnswers({ api }: Product) {
  let isOn = true
  const ask = async () => {
    let slowestMs = 0
    while (isOn) {
      const startedMs = performance.now()
      await api.status()
      slowestMs = Math.max(slowestMs, performance.now() - startedMs)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return slowestMs
  }
  const slowest = ask()
  return {
    stop() {
      isOn = false
      return slowest
    },
  }
}

/** How long, in milliseconds, the chart of the other flow went without a value at most. */
async function longestGap({ api }: Product): Promise<number> {
  const points = (await api.ask(
    'GET',
    `/flows/${steady.name}/nodes/chart/points?since=0`,
  )) as PointsBody
  const times = points.series[0]?.times ?? []
  expect(times.length).toBeGreaterThan(8)
  return Math.max(...times.slice(1).map((time, at) => time - (times[at] ?? 0)))
}
