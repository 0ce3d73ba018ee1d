import type { Influxd, Mosquitto } from '@millrace/services'
import type { Editor } from './editor.ts'
import { expect, picture } from './test.ts'

/** Fills in the dialog of a new broker, tries it and saves it. */
export async function makeBroker(editor: Editor, mosquitto: Mosquitto): Promise<void> {
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

export async function makeDatabase(
  editor: Editor,
  influxd: Influxd,
  database: string,
): Promise<void> {
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

/** Averages of a second for each device. */
export async function setUpAverage(editor: Editor): Promise<void> {
  // The picture says when the next windows end.
  await expect(editor.page.getByTestId('window-picture')).toContainText('Next ends')
  await editor.fill('sizeMs', '1 s')
  await editor.code('groupBy', 'payload.device')
  await editor.choose('aggregates[0].function', 'Average')
  await editor.code('aggregates[0].value', 'payload.temperature')
  await editor.fill('aggregates[0].name', 'temperature')
}

export async function setUpPoints(editor: Editor): Promise<void> {
  await editor.code('measurement', 'temperature')
  await editor.field('tags').getByRole('button', { name: 'Add tag' }).click()
  await editor.fill('tags[0].name', 'device')
  await editor.code('tags[0].value', 'payload.key')
  await editor.fill('fields[0].name', 'average')
  await editor.code('fields[0].value', 'payload.temperature')
}
