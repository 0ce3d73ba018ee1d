import type { Flow, FlowNode } from '@millrace/flow'
import type { Editor } from './editor.ts'
import { startProduct, type Product } from './product.ts'
import { expect, picture, test } from './test.ts'

const node = (id: string, type: string): FlowNode => ({ id, type, config: {} })

const wireOf = (from: string, to: string) => ({
  from: { node: from, port: 'out' },
  to: { node: to, port: 'in' },
})

/** Inject wired to debug, and a filter that stands below, free. */
const drawn: Flow = {
  millrace: 1,
  name: 'drawn',
  title: 'Drawn',
  nodes: [
    node('debug', 'core/debug'),
    { ...node('filter', 'core/filter'), config: { condition: 'payload > 0' } },
    node('inject', 'core/inject'),
  ],
  wires: [wireOf('inject', 'debug')],
  layout: { debug: { x: 480, y: 0 }, filter: { x: 160, y: 200 }, inject: { x: 0, y: 0 } },
}

const whole = 'inject:out>debug:in'

let product: Product

test.beforeAll(async () => {
  product = await startProduct()
})

test.afterAll(async () => {
  await product?.stop()
})

test.beforeEach(async ({ editor }) => {
  const { flows } = (await product.api.ask('GET', '/flows')) as { flows: { name: string }[] }
  for (const { name } of flows) await product.api.ask('DELETE', `/flows/${name}`)
  await product.api.ask('POST', '/flows', { name: drawn.name, title: drawn.title })
  await product.api.ask('PUT', `/flows/${drawn.name}`, { flow: drawn })
  await editor.open(product.url)
  await expect(editor.node('inject')).toBeVisible()
})

test('selects one, several by a band and all, and lets go', async ({ editor }) => {
  const { page } = editor
  await editor.node('filter').click()
  expect((await editor.snapshot()).selected).toEqual(['filter'])
  await editor.node('debug').click({ modifiers: ['Shift'] })
  expect((await editor.snapshot()).selected.toSorted()).toEqual(['debug', 'filter'])
  await page.keyboard.press('Escape')
  expect((await editor.snapshot()).selected).toEqual([])

  const [inject, debug] = [await boxOf(editor, 'inject'), await boxOf(editor, 'debug')]
  await page.mouse.move(inject.x - 20, inject.y - 20)
  await page.mouse.down()
  await page.mouse.move(debug.x + debug.width + 10, debug.y + debug.height + 10, { steps: 5 })
  await page.mouse.up()
  expect((await editor.snapshot()).selected.toSorted()).toEqual(['debug', 'inject'])
  await page.keyboard.press('ControlOrMeta+A')
  expect((await editor.snapshot()).selected).toHaveLength(3)
})

test('moves a node by mouse and by keys, and takes it back', async ({ editor }) => {
  const { page } = editor
  const box = await boxOf(editor, 'filter')
  await editor.node('filter').hover()
  await page.mouse.down()
  await page.mouse.move(box.x + 260, box.y + 160, { steps: 6 })
  await page.mouse.up()
  const moved = await changed(editor, drawn)
  expect(moved.layout['inject']).toEqual(drawn.layout['inject'])
  expect(moved.layout['filter']?.x).toBeGreaterThan(200)

  await page.keyboard.press('Alt+ArrowRight')
  const nudged = await changed(editor, moved)
  expect(nudged.layout['filter']?.x).toBe((moved.layout['filter']?.x ?? 0) + 8)
  await page.keyboard.press('ControlOrMeta+Z')
  await isNow(editor, moved)
  await page.keyboard.press('ControlOrMeta+Z')
  await isNow(editor, drawn)
  await page.keyboard.press('ControlOrMeta+Shift+Z')
  await isNow(editor, moved)
  await editor.saved()
  expect((await product.api.flow(drawn.name)).flow.layout).toEqual(moved.layout)
})

test('copies and pastes nodes with the wire between them', async ({ editor }) => {
  const { page } = editor
  await editor.node('inject').click()
  await editor.node('debug').click({ modifiers: ['Shift'] })
  await page.keyboard.press('ControlOrMeta+C')
  await page.keyboard.press('ControlOrMeta+V')
  const pasted = await changed(editor, drawn)
  expect(pasted.nodes).toHaveLength(5)
  expect(pasted.wires).toHaveLength(2)
  const { selected } = await editor.snapshot()
  expect(selected).toHaveLength(2)
  expect(selected).not.toContain('inject')
  await undoAndRedo(editor, drawn, pasted)
})

test('cuts, and pastes into another flow', async ({ editor }) => {
  const { page } = editor
  await editor.node('filter').click()
  await page.keyboard.press('ControlOrMeta+X')
  await editor.flow(({ nodes }) => nodes.length === 2)
  await editor.newFlow()
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('ControlOrMeta+V')
  const { nodes } = await editor.flow((flow) => flow.nodes.length === 1)
  expect(nodes[0]).toMatchObject({ type: 'core/filter', config: { condition: 'payload > 0' } })
})

test('duplicates, deletes and disables, and takes each back', async ({ editor }) => {
  const { page } = editor
  await editor.node('filter').click()
  await page.keyboard.press('ControlOrMeta+D')
  const duplicated = await changed(editor, drawn)
  expect(duplicated.nodes.filter(({ type }) => type === 'core/filter')).toHaveLength(2)
  await undoAndRedo(editor, drawn, duplicated)
  await page.keyboard.press('ControlOrMeta+Z')
  await isNow(editor, drawn)

  await editor.node('inject').click()
  await page.keyboard.press('Delete')
  const deleted = await changed(editor, drawn)
  expect(deleted.nodes.map(({ id }) => id)).toEqual(['debug', 'filter'])
  expect(deleted.wires).toEqual([])
  await undoAndRedo(editor, drawn, deleted)
  await page.keyboard.press('ControlOrMeta+Z')

  await editor.node('debug').click()
  await page.keyboard.press('ControlOrMeta+E')
  const disabled = await changed(editor, drawn)
  expect(disabled.nodes.find(({ id }) => id === 'debug')?.isDisabled).toBe(true)
  await undoAndRedo(editor, drawn, disabled)
})

test('deletes a wire that was clicked', async ({ editor }) => {
  const { page } = editor
  const [inject, debug] = [await boxOf(editor, 'inject'), await boxOf(editor, 'debug')]
  const [left, right] = [inject.x + inject.width, debug.x]
  await page.mouse.click(left + (right - left) / 4, inject.y + inject.height / 2)
  await expect.poll(async () => (await editor.snapshot()).selectedWires).toEqual([whole])
  await page.keyboard.press('Delete')
  const unwired = await changed(editor, drawn)
  expect(unwired.wires).toEqual([])
  await undoAndRedo(editor, drawn, unwired)
})

test('splices a node into a wire by dropping it there', async ({ editor }) => {
  const { page } = editor
  const wire = await boxOfWire(editor, whole)
  await editor.node('filter').hover()
  await page.mouse.down()
  await page.mouse.move(wire.x + wire.width / 2, wire.y + wire.height / 2, { steps: 10 })
  await expect(editor.wire(whole)).toHaveAttribute('data-spliced')
  await picture(page, 'splice')
  await page.mouse.up()
  const spliced = await changed(editor, drawn)
  expect(spliced.wires).toEqual([wireOf('filter', 'debug'), wireOf('inject', 'filter')])
  await undoAndRedo(editor, drawn, spliced)

  const added = await editor.addedBy(async () => {
    const part = await boxOfWire(editor, 'inject:out>filter:in')
    await page.getByTestId('palette-core/change').hover()
    await page.mouse.down()
    await page.mouse.move(part.x + part.width / 2, part.y + part.height / 2, { steps: 10 })
    await page.mouse.up()
  })
  const { wires } = await editor.flow((flow) => flow.wires.length === 3)
  expect(wires).toContainEqual(wireOf('inject', added))
  expect(wires).toContainEqual(wireOf(added, 'filter'))
})

test('takes a wire elsewhere by its end, and off by letting it go', async ({ editor }) => {
  await editor.drag(editor.port('debug', 'in'), editor.port('filter', 'in'))
  const moved = await changed(editor, drawn)
  expect(moved.wires).toEqual([wireOf('inject', 'filter')])
  await undoAndRedo(editor, drawn, moved)

  const { page } = editor
  await editor.port('filter', 'in').hover()
  await page.mouse.down()
  const { x, y } = await boxOf(editor, 'filter')
  await page.mouse.move(x - 80, y + 200, { steps: 6 })
  await page.mouse.up()
  const taken = await changed(editor, moved)
  expect(taken.wires).toEqual([])
  await undoAndRedo(editor, moved, taken)
})

test('refuses a wire that would close a circle, and says why', async ({ editor }) => {
  const { page } = editor
  await editor.drag(editor.port('inject', 'out'), editor.port('filter', 'in'))
  await editor.flow(({ wires }) => wires.length === 2)
  await editor.addedBy(async () => {
    await page.getByTestId('canvas').focus()
    await editor.node('filter').click()
    await page.keyboard.press('a')
    await expect(page.getByTestId('quick-add').getByRole('combobox')).toBeFocused()
    await page.keyboard.type('change')
    await page.keyboard.press('Enter')
  })
  const { wires, nodes } = await editor.flow((flow) => flow.wires.length === 3)
  const change = nodes.find(({ type }) => type === 'core/change')?.id ?? ''
  await editor.drag(editor.port(change, 'out'), editor.port('filter', 'in'))
  await expect(page.getByTestId('toast')).toBeVisible()
  expect((await editor.flow()).wires).toEqual(wires)
})

test('works on several flows as tabs, renamed and closed', async ({ editor }) => {
  const { page } = editor
  const second = await editor.newFlow()
  const tab = (name: string) => page.getByTestId(`tab-${name}`)
  await tab(second).dblclick()
  await page.getByRole('navigation').getByLabel('Title of the flow').fill('Boiler house')
  await page.keyboard.press('Enter')
  await expect(tab(second)).toContainText('Boiler house')
  await tab(second).press('F2')
  await page.keyboard.type('Boilers')
  await page.keyboard.press('Enter')
  await expect(tab(second)).toContainText('Boilers')
  await editor.saved()
  expect((await product.api.flow(second)).flow.title).toBe('Boilers')

  await tab(second).press('ArrowLeft')
  await expect(editor.node('inject')).toBeVisible()
  expect((await editor.snapshot()).active).toBe(drawn.name)
  await page.getByTestId(`close-${drawn.name}`).click()
  await expect(tab(drawn.name)).toBeHidden()
  expect((await editor.snapshot()).active).toBe(second)
  await page.getByTestId('rail-flows').click()
  await page.getByTestId(`flow-${drawn.name}`).click()
  await expect(editor.node('inject')).toBeVisible()
})

test('shows the tab of the flow in front where there are more than fit', async ({ editor }) => {
  const { page } = editor
  await page.setViewportSize({ width: 700, height: 900 })
  const names: string[] = []
  for (let count = 0; count < 5; count += 1) names.push(await editor.newFlow())
  await expect(page.getByTestId(`tab-${names.at(-1)}`)).toBeInViewport({ ratio: 0.9 })
  await page.keyboard.press('ControlOrMeta+K')
  await page.keyboard.type('drawn')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId(`tab-${drawn.name}`)).toBeInViewport({ ratio: 0.9 })
})

test('builds a flow of two nodes by the keyboard alone', async ({ editor }) => {
  const { page } = editor
  await reach(editor, page.getByTestId('new-flow'))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('navigation').getByLabel('Title of the flow')).toBeFocused()
  await page.keyboard.type('By keys')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('empty-canvas')).toBeVisible()
  await reach(editor, page.getByTestId('canvas'))
  await page.keyboard.press('Space')
  const inject = await editor.typeAhead('inject')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Space')
  const debug = await editor.typeAhead('debug')
  await picture(page, 'by-keys')
  const [first, second] = [await boxOf(editor, inject), await boxOf(editor, debug)]
  expect(second.y, 'the second does not cover the first').toBeGreaterThan(first.y + first.height)
  await page.keyboard.press('Home')
  await expect.poll(async () => (await editor.snapshot()).selected).toEqual([inject])
  await page.keyboard.press('c')
  await expect(page.getByTestId('connect-list')).toBeVisible()
  await page.keyboard.press('Enter')
  const { wires } = await editor.flow((flow) => flow.wires.length === 1)
  expect(wires).toEqual([wireOf(inject, debug)])

  await page.keyboard.press('Enter')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect.poll(async () => (await editor.snapshot()).deployment).toBe('running')
})

test('takes back after a reload what was done before it', async ({ editor }) => {
  const { page } = editor
  await editor.node('inject').click()
  await page.keyboard.press('Delete')
  const deleted = await changed(editor, drawn)
  await editor.saved()
  await expect.poll(() => isHistoryKept(editor)).toBe(true)
  await editor.open(product.url)
  await isNow(editor, deleted)
  await expect.poll(async () => (await editor.snapshot()).undoable).toBe(1)
  await page.getByTestId('canvas').focus()
  await undoAndRedo(editor, drawn, deleted)
})

test('keeps what is typed into a node as one step, and names it', async ({ editor }) => {
  const { page } = editor
  await editor.node('filter').click()
  await page.getByLabel('Name of the node').fill('Positive')
  await page.getByLabel('Name of the node').blur()
  const named = await changed(editor, drawn)
  await expect(editor.node('filter')).toContainText('Positive')
  await editor.code('condition', 'payload > 10')
  const typed = await changed(editor, named)
  await page.getByTestId('canvas').focus()
  await undoAndRedo(editor, named, typed)
})

/** What the flow is now, once it is different from what it was. */
function changed(editor: Editor, before: Flow): Promise<Flow> {
  return editor.flow((flow) => JSON.stringify(flow) !== JSON.stringify(before))
}

async function isNow(editor: Editor, flow: Flow): Promise<void> {
  await expect.poll(async () => (await editor.snapshot()).flow).toEqual(flow)
}

async function undoAndRedo(editor: Editor, before: Flow, after: Flow): Promise<void> {
  await editor.page.keyboard.press('ControlOrMeta+Z')
  await isNow(editor, before)
  await editor.page.keyboard.press('ControlOrMeta+Shift+Z')
  await isNow(editor, after)
}

async function boxOf(editor: Editor, id: string) {
  const box = await editor.node(id).boundingBox()
  if (box === null) throw new Error(`${id} is not on the page`)
  return box
}

async function boxOfWire(editor: Editor, id: string) {
  const box = await editor.wire(id).locator('[data-part="line"]').boundingBox()
  if (box === null) throw new Error(`${id} is not on the page`)
  return box
}

/** Goes on with Tab until the focus is there. */
async function reach(editor: Editor, target: ReturnType<Editor['node']>): Promise<void> {
  const isThere = () => target.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 60 && !(await isThere()); presses += 1)
    await editor.page.keyboard.press('Tab')
  await expect(target).toBeFocused()
}

/** Whether the browser's database holds the history of the flow with its one step. */
function isHistoryKept({ page }: Editor): Promise<boolean> {
  return page.evaluate(
    (key) =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open('millrace-editor', 1)
        opening.addEventListener('success', () => {
          const store = opening.result.transaction('texts').objectStore('texts')
          const reading = store.get(key)
          reading.addEventListener('success', () => {
            opening.result.close()
            resolve(String(reading.result).includes('Delete'))
          })
        })
      }),
    `history ${drawn.name}`,
  )
}
