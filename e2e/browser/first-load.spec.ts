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
    await page.addInitScript(noteWhenShown)
    await page.goto(product.url)
    await editor.node('n1').waitFor()
    const kb = Math.round((await page.evaluate(bytesBeforeShown)) / 1024)
    test.info().annotations.push({ type: 'first load', description: `${kb} KB` })
    expect(kb).toBeLessThan(limitKb)
    expect(kb).toBeGreaterThan(50)
  } finally {
    await page.close()
    await product.stop()
  }
})

/** Runs in the page: notes when the first node stands there, which a busy machine sees late. */
function noteWhenShown(): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector('[data-testid="node-n1"]') === null) return
    performance.mark('shown')
    observer.disconnect()
  })
  observer.observe(document, { childList: true, subtree: true })
}

/** What came over the network for all that was asked for until then. */
function bytesBeforeShown(): number {
  const shownAt = performance.getEntriesByName('shown')[0]?.startTime ?? Infinity
  const kinds = ['navigation', 'resource']
  return performance
    .getEntries()
    .filter(({ entryType, startTime }) => kinds.includes(entryType) && startTime <= shownAt)
    .reduce((sum, entry) => sum + ('transferSize' in entry ? Number(entry.transferSize) : 0), 0)
}
