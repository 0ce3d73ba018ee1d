import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkNodeType } from '@millrace/sdk/testing'
import { descriptors } from './descriptors.ts'
import { nodeTypes } from './node-types.ts'

const config = { value: () => 0, steps: [{ name: 'first', condition: () => true }] }

describe('the package', () => {
  it('has a behaviour for every descriptor, in the same order', () => {
    expect(nodeTypes.map(({ descriptor }) => descriptor)).toEqual(descriptors)
  })

  it.each(nodeTypes.map((type) => [type.descriptor.type, type] as const))(
    'has %s as the contract of nodes wants it',
    async (_name, type) => {
      expect(await checkNodeType(type, config)).toEqual([])
    },
  )

  it.each(descriptors.map(({ type, title }) => [type, title] as const))(
    'has help for %s',
    (type, title) => {
      const file = new URL(`./${type.slice('detect/'.length)}/help.md`, import.meta.url)
      expect(readFileSync(file, 'utf8').startsWith(`# ${title}\n`)).toBe(true)
    },
  )
})
