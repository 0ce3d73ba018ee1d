import { startInfluxd, startMosquitto, type Influxd, type Mosquitto } from '@millrace/services'
import type { Bundle } from '@millrace/flow'
import { makeBroker, makeDatabase, setUpAverage, setUpPoints } from './drawing.ts'
import type { Editor } from './editor.ts'
import { startProduct, type Product } from './product.ts'
import { averagesIn, publishReadings } from './readings.ts'
import { expect, needs, picture, test } from './test.ts'

needs('mosquitto', 'influxd')
test.describe.configure({ mode: 'serial', timeout: 120_000 })

let mosquitto: Mosquitto
let influxd: Influxd
let product: Product
let bundle: Bundle

test.beforeAll(async () => {
  mosquitto = await startMosquitto()
  influxd = await startInfluxd({ databases: ['drawn', 'imported'] })
  product = await startProduct()
})

test.afterAll(async () => {
  await Promise.all([product, mosquitto, influxd].map((each) => each?.stop()))
})

test('a person draws a pipeline, deploys it and reads averages back', async ({ page, editor }) => {
  await editor.open(product.url)
  const flow = await editor.newFlow()

  const source = await editor.dragFromPalette('mqtt/in', { x: 130, y: 180 })
  await makeBroker(editor, mosquitto)
  await editor.fill('topic', 'plant/+/reading')
  await editor.choose('format', 'JSON')
  await page.getByTestId('inspector').getByRole('button', { name: 'Advanced' }).click()
  await editor.code('eventTime', 'payload.time')

  // On with the keyboard: what comes next, a few letters, Enter; then into its settings.
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('a')
  const filter = await editor.typeAhead('filter')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('code-condition')).toBeVisible()
  await editor.code('condition', 'payload.temperature < 100')

  const average = await editor.dragFromPalette('window/aggregate', { x: 330, y: 340 })
  await editor.drag(editor.port(filter, 'out'), editor.port(average, 'in'))
  await setUpAverage(editor)

  const canvas = page.getByTestId('canvas')
  await canvas.dblclick({ position: { x: 680, y: 480 } })
  const debug = await editor.typeAhead('debug')
  await editor.drag(editor.port(average, 'out'), editor.node(debug))

  // A wire let go over nothing asks what comes there.
  await editor.port(average, 'out').hover()
  await page.mouse.down()
  await page.mouse.move(980, 240, { steps: 6 })
  await page.mouse.up()
  const sink = await editor.typeAhead('influx')
  await makeDatabase(editor, influxd, 'drawn')
  await setUpPoints(editor)

  const drawn = await editor.flow(({ wires }) => wires.length === 4)
  expect(drawn.wires.map(({ from, to }) => `${from.node}>${to.node}`).toSorted()).toEqual(
    [`${source}>${filter}`, `${filter}>${average}`, `${average}>${debug}`, `${average}>${sink}`] //
      .toSorted(),
  )
  await expect.poll(async () => (await editor.snapshot()).problems).toEqual([])
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect.poll(async () => (await editor.snapshot()).deployment).toBe('running')
  await expect(page.getByTestId('deploy')).toHaveText('Deployed')

  await page.getByTestId('drawer-debug').click()
  const readings = publishReadings(mosquitto, { hasOutliers: true })
  await expect(editor.wire(`${source}:out>${filter}:in`).locator('text')).toHaveText(/^\d+\/s$/)
  await expect(page.getByTestId('debug-entry').first()).toContainText('temperature')
  await picture(page, 'first-flow')
  const expected = await readings
  await expect.poll(() => averagesIn(influxd, 'drawn'), { timeout: 20_000 }).toEqual(expected)

  await editor.saved()
  bundle = await exportByHand(editor, flow)
})

test('the same flow, imported into an empty server, gives the same', async ({ page, editor }) => {
  const other = await startProduct()
  try {
    await editor.open(other.url)
    await page.getByTestId('more-menu').click()
    await page.getByRole('menuitem', { name: 'Import…' }).click()
    await page.getByLabel('JSON to import').fill(JSON.stringify(inDatabase(bundle, 'imported')))
    await expect(page.getByTestId('import-contents')).toBeVisible()
    await page.getByTestId('import-confirm').click()
    await expect(page.getByTestId('import-outcome')).toBeVisible()
    await picture(page, 'import-outcome')
    await page.getByRole('button', { name: 'Done' }).click()

    const [flow] = bundle.flows
    await expect.poll(async () => (await editor.snapshot()).active).toBe(flow?.name)
    const imported = await editor.flow()
    expect(imported.nodes).toEqual(flow?.nodes)
    expect(imported.wires).toEqual(flow?.wires)
    await editor.deploy()
    const expected = await publishReadings(mosquitto, { hasOutliers: true })
    await expect.poll(() => averagesIn(influxd, 'imported'), { timeout: 20_000 }).toEqual(expected)
  } finally {
    await page.close()
    await other.stop()
  }
})

/** What the export dialog shows for this flow. */
async function exportByHand({ page }: Editor, flow: string): Promise<Bundle> {
  await page.getByTestId('more-menu').click()
  await page.getByRole('menuitem', { name: 'Export…' }).click()
  const text = page.getByLabel('Exported JSON')
  await expect(text).toHaveValue(new RegExp(`"name": "${flow}"`))
  await picture(page, 'export-dialog')
  // The dialog shows a bundle as the server writes it.
  return JSON.parse(await text.inputValue()) as Bundle
}

/** With another database, so that the results of the two servers cannot be confused. */
function inDatabase(given: Bundle, database: string): Bundle {
  const connections = given.connections.map((connection) =>
    connection.type === 'influxdb/connection'
      ? { ...connection, config: { ...connection.config, database } }
      : connection,
  )
  return { ...given, connections }
}
