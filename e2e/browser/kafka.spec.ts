import {
  startGrafanaStub,
  startInfluxd,
  startKafka,
  startMosquitto,
  type GrafanaStub,
  type Influxd,
  type Kafka,
  type Mosquitto,
} from '@millrace/services'
import { makeBroker, makeDatabase, setUpAverage, setUpPoints } from './drawing.ts'
import type { Editor } from './editor.ts'
import { startProduct, type Product } from './product.ts'
import { averagesIn, publishReadings, type Average } from './readings.ts'
import { expect, needs, picture, test } from './test.ts'

needs('mosquitto', 'influxd', 'kafka', 'kcat')
test.describe.configure({ mode: 'serial', timeout: 180_000 })

const topic = 'averages'

let mosquitto: Mosquitto
let influxd: Influxd
let kafka: Kafka
/** No Grafana can be installed here; this answers as its API is described. */
let grafana: GrafanaStub
let product: Product
let expected: readonly Average[]

test.beforeAll(async () => {
  test.setTimeout(180_000)
  mosquitto = await startMosquitto()
  influxd = await startInfluxd({ databases: ['kept'] })
  kafka = await startKafka()
  grafana = await startGrafanaStub()
  product = await startProduct()
  await kafka.createTopic(topic)
})

test.afterAll(async () => {
  await Promise.all([product, mosquitto, influxd, kafka, grafana].map((each) => each?.stop()))
})

test('a person brings averages from MQTT into a topic of Kafka', async ({ page, editor }) => {
  await editor.open(product.url)
  await editor.newFlow()
  const source = await editor.dragFromPalette('mqtt/in', { x: 130, y: 180 })
  await makeBroker(editor, mosquitto)
  await editor.fill('topic', 'plant/+/reading')
  await editor.choose('format', 'JSON')
  await page.getByTestId('inspector').getByRole('button', { name: 'Advanced' }).click()
  await editor.code('eventTime', 'payload.time')

  const average = await editor.dragFromPalette('window/aggregate', { x: 380, y: 180 })
  await editor.drag(editor.port(source, 'out'), editor.port(average, 'in'))
  await setUpAverage(editor)

  const sink = await follow(editor, average, 'kafka out')
  await makeCluster(editor)
  await topicOffered(editor)
  await editor.code('topic', topic)
  await editor.code('key', 'payload.key')

  await editor.flow(({ wires }) => wires.some(({ to }) => to.node === sink))
  await expect.poll(async () => (await editor.snapshot()).problems).toEqual([])
  await editor.deploy()
  expected = await publishReadings(mosquitto, { hasOutliers: false })
  await expect.poll(averagesInTopic, { timeout: 20_000 }).toEqual(expected)
  await picture(page, 'kafka-out')
})

test('and from there into a database and onto graphs', async ({ page, editor }) => {
  await editor.open(product.url)
  await editor.newFlow()
  const source = await editor.dragFromPalette('kafka/in', { x: 130, y: 180 })
  await editor.choose('cluster', 'Kafka')
  const field = editor.field('topic')
  await field.locator('input').focus()
  await expect(field.locator(`datalist option[value="${topic}"]`)).toBeAttached()
  await editor.fill('topic', topic)

  const sink = await follow(editor, source, 'influxdb out')
  await makeDatabase(editor, influxd, 'kept')
  await setUpPoints(editor)

  await page.getByTestId('zoom-fit').click()
  const mark = await editor.dragFromPalette('grafana/annotation', { x: 480, y: 400 })
  await editor.drag(editor.port(source, 'out'), editor.port(mark, 'in'))
  await makeGrafana(editor)
  await editor.code('text', 'Average of {{ payload.key }}')

  const drawn = await editor.flow(({ wires }) => wires.length === 2)
  expect(drawn.wires.map(({ to }) => to.node).toSorted()).toEqual([sink, mark].toSorted())
  await expect.poll(async () => (await editor.snapshot()).problems).toEqual([])
  await editor.deploy()
  await expect.poll(() => averagesIn(influxd, 'kept'), { timeout: 30_000 }).toEqual(expected)
  const marks = expected.map(({ time, device }) => `${time} Average of ${device}`)
  await expect.poll(marksInGrafana, { timeout: 20_000 }).toEqual(marks.toSorted())
  await editor.node(source).click()
  await expect(page.getByTestId('inspector')).toContainText('Reads averages 0 · 0 behind')
  await picture(page, 'kafka-in')
})

/** Lets a wire go over nothing, and takes what is asked for from the list. */
async function follow(editor: Editor, node: string, letters: string): Promise<string> {
  const { page } = editor
  await editor.port(node, 'out').hover()
  await page.mouse.down()
  await page.mouse.move(960, 300, { steps: 6 })
  await page.mouse.up()
  return editor.typeAhead(letters)
}

async function makeCluster(editor: Editor): Promise<void> {
  const { page } = editor
  await editor.field('cluster').getByRole('button', { name: 'New cluster' }).click()
  const dialog = page.getByTestId('connection-dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Kafka')
  await editor.fill('brokers', kafka.address)
  await tried(editor)
  await picture(page, 'kafka-connection')
  await page.getByTestId('connection-save').click()
  await expect(dialog).toBeHidden()
}

/** As one types, the topics that are there are offered. */
async function topicOffered({ page }: Editor): Promise<void> {
  await page.getByTestId('code-topic').locator('.cm-content').click()
  await page.keyboard.type(topic.slice(0, 3))
  await expect(page.getByRole('option', { name: topic })).toBeVisible()
  await picture(page, 'kafka-topics')
  await page.keyboard.press('Escape')
}

async function makeGrafana(editor: Editor): Promise<void> {
  const { page } = editor
  await editor.field('server').getByRole('button', { name: 'New server' }).click()
  const dialog = page.getByTestId('connection-dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('Graphs')
  await editor.fill('url', grafana.url)
  await editor.fill('token', grafana.token)
  await tried(editor)
  await page.getByTestId('connection-save').click()
  await expect(dialog).toBeHidden()
}

/** Presses Test, and finds that no step failed. */
async function tried({ page }: Editor): Promise<void> {
  await page.getByTestId('connection-test').click()
  const steps = page.getByTestId('test-steps').getByRole('listitem')
  await expect(steps.first()).toBeVisible()
  await expect(page.getByTestId('connection-test')).toBeEnabled({ timeout: 20_000 })
  await expect(steps.filter({ hasText: /failed/i })).toHaveCount(0)
}

async function averagesInTopic(): Promise<readonly Average[]> {
  const records = await kafka.read(topic)
  return records
    .map(({ key, timestamp, value }) => {
      const { temperature } = JSON.parse(value ?? '{}') as { temperature?: number }
      return { time: timestamp, device: key ?? '', average: temperature ?? Number.NaN }
    })
    .toSorted((a, b) => a.time - b.time || a.device.localeCompare(b.device))
}

function marksInGrafana(): readonly string[] {
  return grafana.annotations.map(({ time, text }) => `${time} ${text}`).toSorted()
}
