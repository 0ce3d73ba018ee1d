import { expect, it } from 'vitest'
import { emptyFlow } from '@millrace/flow'
import { endSentence } from './end-sentence.ts'

const end = { flow: 'f', cause: 'stuck', detail: '2000', node: 'a' } as const
const spec = (name?: string) => ({
  flow: {
    ...emptyFlow('f', 'F'),
    nodes: [{ id: 'a', type: 'core/function', config: {}, ...(name !== undefined && { name }) }],
  },
  connections: [],
  secrets: {},
  titles: { 'core/function': 'Function' },
})

it.each([
  ['by its name', spec('Spin'), '“Spin”'],
  ['without a name by its type', spec(), '“Function”'],
  ['of an unknown type by what is known', { ...spec(), titles: {} }, '“core/function”'],
  ['of an unknown flow by its id', undefined, '“a”'],
])('calls a node %s', (_, known, called) => {
  expect(endSentence(end, known)).toBe(
    `${called} ran for more than 2 s without giving back control.`,
  )
})
