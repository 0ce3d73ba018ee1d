import { connect, type MqttClient } from 'mqtt'
import { startInfluxd, startMosquitto, type Influxd, type Mosquitto } from '@millrace/services'
import type { Bundle } from '@millrace/flow'
import type { Editor } from './editor.ts'
import { startProduct, type Product } from './product.ts'
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
  await makeBroker(editor)
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
  await makeDatabase(editor, 'drawn')
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
  const readings = publishReadings(mosquitto)
  await expect(editor.wire(`${source}:out>${filter}:in`).locator('text')).toHaveText(/^\d+\/s$/)
  await expect(page.getByTestId('debug-entry').first()).toContainText('temperature')
  await picture(page, 'first-flow')
  const expected = await readings
  await expect.poll(() => averagesIn('drawn'), { timeout: 20_000 }).toEqual(expected)

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
    const expected = await publishReadings(mosquitto)
    await expect.poll(() => averagesIn('imported'), { timeout: 20_000 }).toEqual(expected)
  } finally {
    await other.stop()
  }
})

async function makeBroker(editor: Editor): Promise<void> {
  const { page } = editor
  await editor.field('broker').getByRole('button', { name: 'New broker' }).click()
  const dialog = page.getByTestId('connection-dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Mosquitto')
  await editor.fill('host', '127.0.0.1')
  await editor.fill('port', String(mosquitto.port))
  await page.getByTestId('connection-test').click()
  await expect(page.getByTestId('test-steps').getByRole('listitem').last()).toContainText(
    /First message/,
  )
  await expect(page.getByTestId('test-steps')).toBeInViewport()
  await picture(page, 'connection-dialog')
  await page.getByTestId('connection-save').click()
  await expect(dialog).toBeHidden()
  await expect(editor.field('broker').locator('select')).toContainText('Mosquitto')
}

async function makeDatabase(editor: Editor, database: string): Promise<void> {
  const { page } = editor
  await editor.field('server').getByRole('button', { name: 'New server' }).click()
  const dialog = page.getByTestId('connection-dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Influx')
  await editor.choose('version', '1.x')
  await editor.fill('url', influxd.url)
  await editor.fill('database', database)
  await page.getByTestId('connection-save').click()
  await expect(dialog).toBeHidden()
}

async function setUpAverage(editor: Editor): Promise<void> {
  // The picture says when the next windows end.
  await expect(editor.page.getByTestId('window-picture')).toContainText('Next ends')
  await editor.fill('sizeMs', '1 s')
  await editor.code('groupBy', 'payload.device')
  await editor.choose('aggregates[0].function', 'Average')
  await editor.code('aggregates[0].value', 'payload.temperature')
  await editor.fill('aggregates[0].name', 'temperature')
}

async function setUpPoints(editor: Editor): Promise<void> {
  await editor.code('measurement', 'temperature')
  await editor.field('tags').getByRole('button', { name: 'Add tag' }).click()
  await editor.fill('tags[0].name', 'device')
  await editor.code('tags[0].value', 'payload.key')
  await editor.fill('fields[0].name', 'average')
  await editor.code('fields[0].value', 'payload.temperature')
}

interface Average {
  readonly time: number
  readonly device: string
  readonly average: number
}

const devices = ['press', 'oven', 'pump']
const windows = 3
const perWindow = 20

/**
 * Numbered readings of three devices over three seconds by their own time, one of which the filter
 * refuses, and one long after, which ends the last window. Returns what comes of them.
 */
async function publishReadings({ url }: Mosquitto): Promise<readonly Average[]> {
  const client = connect(url)
  await new Promise((resolve) => void client.once('connect', resolve))
  const start = Math.ceil(Date.now() / 1000) * 1000
  const sums = new Map<string, number>()
  for (let number = 0; number < windows * perWindow; number += 1) {
    const time = start + number * (1000 / perWindow)
    for (const [index, device] of devices.entries()) {
      const temperature = 20 + index * 10 + number
      await publish(client, { device, number, temperature, time })
      const end = Math.floor(time / 1000) * 1000 + 1000
      sums.set(`${device} ${end}`, (sums.get(`${device} ${end}`) ?? 0) + temperature)
    }
    await publish(client, { device: 'press', number, temperature: 1000 + number, time })
    await new Promise((resolve) => setTimeout(resolve, 1000 / perWindow))
  }
  await publish(client, { device: 'last', number: -1, temperature: 0, time: start + 60_000 })
  await client.endAsync()
  return [...sums]
    .map(([key, sum]) => {
      const [device = '', end = ''] = key.split(' ')
      return { time: Number(end) - 1, device, average: sum / perWindow }
    })
    .toSorted(byTimeAndDevice)
}

interface Reading {
  readonly device: string
  readonly number: number
  readonly temperature: number
  readonly time: number
}

function publish(client: MqttClient, reading: Reading): Promise<unknown> {
  const text = JSON.stringify(reading)
  return client.publishAsync(`plant/${reading.device}/reading`, text, { qos: 1 })
}

async function averagesIn(database: string): Promise<readonly Average[]> {
  const rows = await influxd.query('SELECT average, device FROM temperature', database)
  return rows
    .map(({ time, device, average }) => ({
      time: Number(time),
      device: String(device),
      average: Number(average),
    }))
    .toSorted(byTimeAndDevice)
}

function byTimeAndDevice(a: Average, b: Average): number {
  return a.time - b.time || a.device.localeCompare(b.device)
}

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
