import { startProduct, type Product } from './product.ts'
import { expect, picture, test } from './test.ts'

let product: Product

test.beforeAll(async () => {
  product = await startProduct()
})

test.afterAll(() => product?.stop())

test('a new connection says what is missing once a field was left or it is saved', async ({
  page,
  editor,
}) => {
  await editor.open(product.url)
  await page.getByRole('button', { name: 'Connections' }).click()
  await page.getByTestId('new-connection').click()
  await page.getByRole('menuitem', { name: 'InfluxDB' }).click()
  const dialog = page.getByTestId('connection-dialog')
  const wrong = dialog.locator('[data-wrong="error"]')
  const input = (field: string) => editor.field(field).locator('input')
  await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused()
  await expect(wrong).toHaveCount(0)
  await expect(input('bucket')).toHaveAttribute('aria-required', 'true')

  await input('bucket').focus()
  await page.keyboard.press('Shift+Tab')
  await expect(wrong).toHaveCount(1)
  await page.getByTestId('connection-test').click()
  await expect(wrong).toHaveCount(2)
  await expect(input('organization')).toBeFocused()
  await expect(page.getByTestId('test-steps')).toBeHidden()
  await picture(page, 'connection-missing')

  // What encrypts is asked for where the address does.
  await dialog.getByRole('button', { name: 'Advanced' }).click()
  await expect(editor.field('ca')).toBeHidden()
  await editor.fill('url', 'https://influx.example.org')
  await expect(editor.field('ca')).toBeVisible()

  // The press that takes the focus from a wrong field still does what it is for.
  await editor.fill('organization', 'plant')
  await editor.fill('bucket', 'readings')
  await input('url').fill('nowhere')
  await page.getByTestId('connection-save').click()
  await expect(editor.field('url')).toHaveAttribute('data-wrong', 'error')
  await input('url').fill('http://localhost:8086')
  await page.getByTestId('connection-save').click()
  await expect(dialog).toBeHidden()
})

test('a new node is calm until its flow is deployed', async ({ page, editor, faults }) => {
  faults.expect(/422/)
  await editor.open(product.url)
  await editor.newFlow()
  const node = await editor.dragFromPalette('mqtt/in', { x: 200, y: 150 })
  const inspector = page.getByTestId('inspector')
  await expect(page.getByTestId(`problem-${node}`)).toHaveText('…')
  await expect(inspector).toContainText('Its messages go nowhere yet')
  await expect(inspector.locator('[data-wrong]')).toHaveCount(0)

  await page.getByTestId('deploy').click()
  await expect(page.getByText('MQTT in: “Broker” is missing')).toBeVisible()
  await expect(inspector.locator('[data-wrong="error"]')).toHaveCount(2)
  await expect(page.getByTestId(`problem-${node}`)).toHaveText('2')
  await picture(page, 'refused-node')
})

test('steps that make no pattern are told in the form', async ({ page, editor }) => {
  await editor.open(product.url)
  await editor.newFlow()
  await editor.dragFromPalette('detect/pattern', { x: 200, y: 150 })
  await editor.choose('steps[0].often', 'Never')
  await expect(editor.field('steps[0].often')).toContainText('A match cannot begin with')
  await editor.choose('steps[1].often', 'Once or not at all')
  await expect(page.getByTestId('inspector')).toContainText('One step has to be needed')
})

test('a problem of a new node leads to its field, also where that is folded away', async ({
  page,
  editor,
}) => {
  await editor.open(product.url)
  await editor.newFlow()
  await editor.dragFromPalette('detect/pattern', { x: 200, y: 150 })
  await editor.page.getByRole('button', { name: 'Advanced' }).click()
  await editor.choose('afterMatch', 'At the last message of a step')
  await page.getByRole('button', { name: 'Advanced' }).click()
  await expect(editor.field('afterStep')).toBeHidden()
  await page.getByTestId('problems-button').click()
  await page.getByTestId('drawer').getByText('“Step” is missing').click()
  await expect(editor.field('afterStep').locator('input')).toBeFocused()
  await editor.fill('afterStep', 'third')
  await expect(editor.field('afterStep')).toContainText('No step is called “third”')
  await editor.fill('afterStep', 'second')
  await expect(editor.field('afterStep')).not.toContainText('No step')
})

test('the drawer goes with the last flow that is open', async ({ page, editor }) => {
  await editor.open(product.url)
  await editor.newFlow()
  await expect(page.getByTestId('drawer')).toBeVisible()
  await expect(page.getByTestId('drawer')).toContainText('No chart')
  while ((await editor.snapshot()).active !== undefined) {
    const before = (await editor.snapshot()).active
    await page.getByRole('tab', { selected: true }).first().focus()
    await page.keyboard.press('Delete')
    await expect.poll(async () => (await editor.snapshot()).active).not.toBe(before)
  }
  await expect(page.getByRole('heading', { name: /No flow/ })).toBeVisible()
  await expect(page.getByTestId('drawer')).toBeHidden()
})
