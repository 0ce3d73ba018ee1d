import { expect, test } from 'vitest'
import { describe } from '@millrace/sdk/descriptor'
import { endpointsOf } from './endpoints.ts'

const door = describe({
  type: 'test/door',
  version: 1,
  kind: 'source',
  title: 'Door',
  summary: 'Lets clients in.',
  category: 'sources',
  icon: 'plug',
  inputs: [],
  outputs: [],
  fields: {
    mode: {
      kind: 'choice',
      label: 'Connection',
      default: 'serve',
      options: [
        { value: 'serve', label: 'Wait' },
        { value: 'connect', label: 'Connect' },
      ],
    },
    path: {
      kind: 'text',
      label: 'Path',
      format: 'http-path',
      when: { field: 'mode', is: ['serve'] },
    },
  },
})

const at = (config: Readonly<Record<string, unknown>>, more = {}) =>
  endpointsOf({ id: 'door-1', type: 'test/door', config, ...more }, door).map(({ path }) => path)

test('a node answers at its path, where it is asked for one', () => {
  expect(at({ path: '/live' })).toEqual(['/live'])
  expect(at({ path: '/live', mode: 'connect' })).toEqual([])
  expect(at({})).toEqual([])
  expect(at({ path: '/live' }, { isDisabled: true })).toEqual([])
})
