import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkNodeType } from '@millrace/sdk/testing'
import { descriptors } from './descriptors.ts'
import { nodeTypes } from './node-types.ts'

/** Configurations with which each node can be opened. */
const configs: Readonly<Record<string, Record<string, unknown>>> = {
  'core/filter': { condition: () => true },
  'core/switch': { cases: [{ id: 'a', label: 'A', condition: () => true }] },
  'core/change': { rows: [{ action: 'set', place: 'payload', value: () => 1 }] },
  'core/template': { template: () => '' },
  'core/alert': { raiseWhen: () => true, text: () => '', value: () => 1 },
  'core/chart': { value: () => 1 },
  'core/inject': { atStart: true, schedule: 'every' },
}

describe('the package', () => {
  it('has a behaviour for every descriptor, in the same order', () => {
    expect(nodeTypes.map(({ descriptor }) => descriptor)).toEqual(descriptors)
  })

  it.each(nodeTypes.map((type) => [type.descriptor.type, type] as const))(
    'has %s as the contract of nodes wants it',
    async (name, type) => {
      expect(await checkNodeType(type, configs[name])).toEqual([])
    },
  )

  it.each(descriptors.map(({ type, title }) => [type, title] as const))(
    'has help for %s',
    (type, title) => {
      const file = new URL(`./${type.slice('core/'.length)}/help.md`, import.meta.url)
      expect(existsSync(file)).toBe(true)
      expect(readFileSync(file, 'utf8').startsWith(`# ${title}\n`)).toBe(true)
    },
  )
})
