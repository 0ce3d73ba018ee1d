import { expect, it } from 'vitest'
import type { Descriptor } from '@millrace/sdk/descriptor'
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

it('says a choice as the card wants it, and leaves out what that makes empty', () => {
  const descriptor: Descriptor = {
    ...source,
    face: '{type} {size} {unit} {gap} · {by}',
    fields: {
      type: {
        kind: 'choice',
        label: 'Window',
        default: 'a',
        options: [
          { value: 'a', label: 'Tumbling' },
          { value: 'b', label: 'The last of every message', face: 'Last' },
        ],
      },
      size: { kind: 'duration', label: 'Length', default: 10_000 },
      unit: {
        kind: 'choice',
        label: 'Measured in',
        default: 'duration',
        options: [{ value: 'duration', label: 'Seconds, minutes, hours', face: '' }],
      },
      gap: { kind: 'duration', label: 'Gap', when: { field: 'type', is: ['b'] } },
      by: { kind: 'expression', returns: 'any', label: 'Group by' },
    },
  }
  const shown = (config: Record<string, unknown>) =>
    faceOf(descriptor, { id: 'a', type: descriptor.type, config })
  expect(shown({ by: 'payload.device' })).toBe('Tumbling 10 s · payload.device')
  expect(shown({ type: 'b', gap: 2000 })).toBe('Last 10 s 2 s')
})

it('joins nothing to what is missing', () => {
  const descriptor: Descriptor = {
    ...source,
    face: '{host}:{port} · {topic}',
    fields: {
      host: { kind: 'text', label: 'Host', default: '127.0.0.1' },
      port: { kind: 'integer', label: 'Port' },
    },
  }
  const shown = (config: Record<string, unknown>) =>
    faceOf(descriptor, { id: 'a', type: descriptor.type, config })
  expect(shown({})).toBe('127.0.0.1')
  expect(shown({ port: 80 })).toBe('127.0.0.1:80')
})

it('says the type where the name does not', () => {
  const { face: _, ...faceless } = source
  const shown = (name?: string) =>
    faceOf(faceless, { id: 'a', type: source.type, config: {}, ...(name && { name }) })
  expect([shown(), shown(source.title), shown('Mine')]).toEqual(['', '', source.title])
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
