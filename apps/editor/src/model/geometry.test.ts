import { expect, it } from 'vitest'
import type { Catalog } from './catalog.ts'
import { portsOf } from './catalog.ts'
import { boxOf, curveBetween, distanceTo, pointOn, portOffset, sizeOf } from './geometry.ts'
import { testTypes } from './testing/fake-server.ts'

const catalog: Catalog = {
  isLoaded: true,
  descriptors: new Map(testTypes.map((type) => [type.type, type])),
}

it('makes a card higher when it has many ports, and keeps them inside and apart', () => {
  const cases = Array.from({ length: 9 }, (_, index) => ({ id: `c${index}` }))
  const node = { id: 'a', type: 'test/switch', config: { cases } }
  const size = sizeOf(catalog, node)
  const ports = portsOf(catalog, node)
  const heights = ports.outputs.map(
    ({ name }) => portOffset(size, ports, { side: 'output', port: name }).y,
  )
  for (const [index, y] of heights.entries()) {
    expect(y).toBeGreaterThan(0)
    expect(y).toBeLessThan(size.height)
    if (index > 0) expect(y - heights[index - 1]!).toBeGreaterThanOrEqual(8)
  }
})

it('puts a single output in the middle, whether or not there is an error port', () => {
  const node = { id: 'a', type: 'test/source', config: {} }
  const size = sizeOf(catalog, node)
  const offset = portOffset(size, portsOf(catalog, node), { side: 'output', port: 'out' })
  expect(offset).toEqual({ x: 200, y: 28 })
})

it('draws wires that begin and end at their ports and stay in their box', () => {
  for (const to of [
    { x: 300, y: 40 },
    { x: -300, y: 200 },
    { x: 5, y: 0 },
  ]) {
    const curve = curveBetween({ x: 0, y: 0 }, to)
    expect(pointOn(curve, 0)).toEqual({ x: 0, y: 0 })
    expect(pointOn(curve, 1)).toEqual(to)
    const box = boxOf(curve)
    for (let t = 0; t <= 1; t += 0.1) {
      const { x, y } = pointOn(curve, t)
      expect(x).toBeGreaterThanOrEqual(box.x - 0.001)
      expect(x).toBeLessThanOrEqual(box.x + box.width + 0.001)
      expect(y).toBeGreaterThanOrEqual(box.y - 0.001)
      expect(y).toBeLessThanOrEqual(box.y + box.height + 0.001)
    }
    expect(distanceTo(curve, pointOn(curve, 0.5))).toBeLessThan(0.01)
  }
})
