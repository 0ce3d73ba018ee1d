import { readFile } from 'node:fs/promises'
import { startGrafanaStub, type GrafanaStub } from '@millrace/services'
import { startProduct, type Product } from './product.ts'
import { expect, picture, test } from './test.ts'

let grafana: GrafanaStub
let product: Product

test.beforeAll(async () => {
  grafana = await startGrafanaStub()
  product = await startProduct()
})

test.afterAll(async () => {
  await Promise.all([product, grafana].map((each) => each?.stop()))
})

test('a person makes a dashboard of a flow, in a Grafana and as a file', async ({
  page,
  editor,
}) => {
  await editor.open(product.url)
  const flow = await editor.newFlow()
  await editor.dragFromPalette('core/chart', { x: 300, y: 200 })
  await editor.fill('title', 'Temperature')
  await page.getByTestId(`tab-${flow}`).click({ button: 'right' })
  await page.getByText('Grafana dashboard…').click()

  const dialog = page.getByTestId('grafana-dialog')
  await page.getByTestId('grafana-new').click()
  const connection = page.getByTestId('connection-dialog')
  await connection.getByLabel('Name', { exact: true }).fill('Plant Grafana')
  await editor.fill('url', grafana.url)
  await editor.field('token').locator('input').fill(grafana.token)
  await page.getByTestId('connection-save').click()

  await expect(dialog.getByLabel('Grafana', { exact: true })).toContainText('Plant Grafana')
  await page.getByTestId('grafana-make').click()
  const link = page.getByTestId('grafana-made').getByRole('link')
  await expect(link).toHaveAttribute('href', `${grafana.url}/d/millrace-${flow}/it`)
  await picture(page, 'grafana-dialog')
  expect([...grafana.dashboards.values()]).toMatchObject([{ panels: [{ title: 'Temperature' }] }])
  expect([...grafana.dataSources.values()]).toMatchObject([{ url: `${product.url}/prometheus` }])

  const downloading = page.waitForEvent('download')
  await page.getByTestId('grafana-download').click()
  const file = await (await downloading).path()
  const dashboard: unknown = JSON.parse(await readFile(file, 'utf8'))
  expect(dashboard).toMatchObject({ uid: `millrace-${flow}`, panels: [{ title: 'Temperature' }] })
})
