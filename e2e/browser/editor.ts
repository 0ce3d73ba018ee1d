import { expect, type Locator, type Page } from '@playwright/test'
import type { Flow } from '@millrace/flow'

/** What the page tells of itself; the editor's `shell/snapshot.ts` says more. */
export interface Snapshot {
  readonly active: string | undefined
  readonly flow: Flow | undefined
  readonly selected: readonly string[]
  readonly selectedWires: readonly string[]
  readonly saveState: string | undefined
  readonly deployment: string | undefined
  readonly undeployed: number
  readonly problems: readonly string[]
  readonly undoable: number
  readonly link: string
}

declare global {
  interface Window {
    millrace?: () => Snapshot
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** The editor as a person has it: mouse, keyboard and what can be seen. */
export interface Editor {
  readonly page: Page
  open(url: string): Promise<void>
  snapshot(): Promise<Snapshot>
  /** The flow as drawn, once the condition holds. */
  flow(isSo?: (flow: Flow) => boolean): Promise<Flow>
  newFlow(): Promise<string>
  node(id: string): Locator
  port(id: string, name: string): Locator
  wire(id: string): Locator
  /** Drags a type from the palette; the middle of the card comes to the point of the canvas. */
  dragFromPalette(type: string, to: Point): Promise<string>
  /** Adds a node by a few letters and Enter. Something on the page has to have opened the list. */
  typeAhead(letters: string): Promise<string>
  /** Does something that adds one node, and returns its id. */
  addedBy(act: () => Promise<void>): Promise<string>
  drag(from: Locator, to: Locator): Promise<void>
  /** The row of a field in the inspector or in the dialog in front. */
  field(path: string): Locator
  fill(path: string, text: string): Promise<void>
  choose(path: string, label: string): Promise<void>
  /** Replaces an expression or code, key by key. */
  code(path: string, text: string): Promise<void>
  deploy(): Promise<void>
  saved(): Promise<void>
}

export function editorOn(page: Page): Editor {
  const canvas = page.getByTestId('canvas')
  const snapshot = async () => {
    const now = await page.evaluate(() => window.millrace?.())
    if (now === undefined) throw new Error('The editor has not started')
    return now
  }
  const ids = async () => (await snapshot()).flow?.nodes.map(({ id }) => id) ?? []
  const scope = async () => {
    const dialog = page.getByRole('dialog')
    return (await dialog.count()) > 0 ? dialog : page.getByTestId('inspector')
  }
  const editor: Editor = {
    page,
    snapshot,
    async open(url) {
      await page.goto(url)
      await page.waitForFunction(() => window.millrace?.().link === 'connected')
    },
    async flow(isSo = () => true) {
      let flow: Flow | undefined
      const look = async () => {
        ;({ flow } = await snapshot())
        return flow !== undefined && isSo(flow)
      }
      await expect.poll(look, { message: 'the flow as it should be' }).toBe(true)
      if (flow === undefined) throw new Error('No flow is open')
      return flow
    },
    async newFlow() {
      const before = (await snapshot()).active
      await page.getByTestId('new-flow').click()
      // It asks for its title; without one it is called new.
      await expect(page.getByRole('navigation').getByLabel('Title of the flow')).toBeFocused()
      await page.keyboard.press('Enter')
      await expect.poll(async () => (await snapshot()).active).not.toBe(before)
      await expect(canvas).toBeFocused()
      return (await snapshot()).active ?? ''
    },
    node: (id) => page.getByTestId(`node-${id}`),
    port: (id, name) => page.getByTestId(`port-${id}-${name}`),
    wire: (id) => page.getByTestId(`wire-${id}`),
    dragFromPalette: (type, to) =>
      editor.addedBy(async () => {
        await page.getByTestId(`palette-${type}`).hover()
        await page.mouse.down()
        const { x, y } = await middleOf(canvas, to)
        await page.mouse.move(x, y, { steps: 8 })
        await page.mouse.up()
      }),
    typeAhead: (letters) =>
      editor.addedBy(async () => {
        const list = page.getByTestId('quick-add')
        await expect(list.getByRole('combobox')).toBeFocused()
        await page.keyboard.type(letters)
        await page.keyboard.press('Enter')
        await expect(list).toBeHidden()
      }),
    async addedBy(act) {
      const before = new Set(await ids())
      await act()
      const added = async () => (await ids()).filter((id) => !before.has(id))
      await expect.poll(async () => (await added()).length, { message: 'a new node' }).toBe(1)
      return (await added())[0] ?? ''
    },
    async drag(from, to) {
      await from.hover()
      await page.mouse.down()
      const { x, y } = await middleOf(to)
      await page.mouse.move(x, y, { steps: 8 })
      await page.mouse.up()
    },
    field: (path) => page.locator(`[data-field="${path}"]`),
    async fill(path, text) {
      const row = (await scope()).locator(`[data-field="${path}"]`)
      await row.locator('input, textarea').fill(text)
      await row.locator('input, textarea').blur()
    },
    async choose(path, label) {
      const row = (await scope()).locator(`[data-field="${path}"]`)
      const list = row.locator('select')
      if ((await list.count()) > 0) await list.selectOption({ label })
      else await row.getByRole('radio', { name: label, exact: true }).click()
    },
    async code(path, text) {
      const field = page.getByTestId(`code-${path}`)
      await field.locator('.cm-content').click()
      await page.keyboard.press('ControlOrMeta+A')
      await page.keyboard.press('Delete')
      await page.keyboard.type(text)
      // Completions would take Enter and Tab; they end with Escape, and the field keeps its text.
      await page.keyboard.press('Escape')
      await expect(field.locator('.cm-content')).toHaveText(text)
    },
    async deploy() {
      await page.getByTestId('deploy').click()
      await expect.poll(async () => (await snapshot()).deployment, patience).toBe('running')
      await expect.poll(async () => (await snapshot()).undeployed, patience).toBe(0)
    },
    async saved() {
      await expect(page.getByTestId('save-state')).toHaveText('Saved')
      await expect.poll(async () => (await snapshot()).saveState).toBe('saved')
    },
  }
  return editor
}

const patience = { timeout: 20_000 }

/** A point of an element from its upper left corner, else its middle, in the window. */
async function middleOf(locator: Locator, at?: Point): Promise<Point> {
  const box = await locator.boundingBox()
  if (box === null) throw new Error('It is not on the page')
  return { x: box.x + (at?.x ?? box.width / 2), y: box.y + (at?.y ?? box.height / 2) }
}
