import { startProduct } from './product.ts'
import { expect, test } from './test.ts'

const limitKb = 300

test('loads less than 300 KB before the flow is on the canvas', async ({ page, editor }) => {
  const product = await startProduct()
  try {
    const node = { id: 'n1', type: 'core/debug', config: {} }
    const layout = { n1: { x: 80, y: 80 } }
    await product.api.deploy({
      millrace: 1,
      name: 'one',
      title: 'One',
      nodes: [node],
      wires: [],
      layout,
    })
    const session = await page.context().newCDPSession(page)
    await session.send('Network.enable')
    let bytes = 0
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
    await page.goto(product.url)
    await editor.node('n1').waitFor()
    const kb = Math.round(bytes / 1024)
    test.info().annotations.push({ type: 'first load', description: `${kb} KB` })
    expect(kb).toBeLessThan(limitKb)
    expect(kb).toBeGreaterThan(50)
  } finally {
    await page.close()
    await product.stop()
  }
})
