import { expect, it } from 'vitest'
import { faceOf, shownDuration } from './face.ts'
import { testTypes } from './testing/fake-server.ts'

const source = testTypes[0]!
const face = (config: Record<string, unknown>) =>
  faceOf(source, { id: 'a', type: source.type, config })

it('fills fields and defaults into the line under the name', () => {
  expect(face({ topic: 'plant/+/t', qos: 1 })).toBe('plant/+/t · QoS 1')
})

it('leaves out what is empty', () => {
  expect(face({})).toBe('QoS 0')
})

it('says when the type is not installed', () => {
  expect(faceOf(undefined, { id: 'a', type: 'x/y', config: {} })).toBe('x/y is not installed')
})

it.each([
  [5, '5 ms'],
  [1500, '1.5 s'],
  [60_000, '1 min'],
  [86_400_000, '1 d'],
])('shows %d ms as %s', (durationMs, shown) => {
  expect(shownDuration(durationMs)).toBe(shown)
})
