import { describe } from '@millrace/sdk/descriptor'
import { expect, test } from 'vitest'
import { checkFields } from './check-fields.ts'

const { fields } = describe({
  type: 'test/pattern',
  version: 1,
  kind: 'operator',
  title: '',
  summary: '',
  category: 'detect',
  icon: '',
  inputs: [],
  outputs: [],
  fields: {
    steps: {
      kind: 'list',
      label: 'Steps',
      itemLabel: 'step',
      format: 'pattern-steps',
      min: 1,
      item: {
        name: { kind: 'text', label: 'Name' },
        condition: { kind: 'text', label: 'Where', required: true },
        often: {
          kind: 'choice',
          label: 'How often',
          default: 'once',
          options: ['once', 'between', 'optional', 'never'].map((value) => ({
            value,
            label: value,
          })),
        },
        atLeast: { kind: 'integer', label: 'From', default: 2 },
        atMost: { kind: 'integer', label: 'To', notBelow: 'atLeast' },
      },
    },
    afterStep: { kind: 'text', label: 'Step', rowOf: 'steps.name' },
  },
})

const [once, never, optional] = ['once', 'never', 'optional'].map((often) => ({
  name: often,
  often,
  condition: 'true',
}))

function wrongIn(config: Readonly<Record<string, unknown>>): readonly string[] {
  const surroundings = { connections: new Map(), isSecretSet: () => true }
  return checkFields(fields, config, surroundings).map(({ inside }) => inside ?? '')
}

test.for([
  ['a message, then none of another', [once, never], []],
  ['a step that may be left out in front', [optional, once], []],
  ['nothing but steps that may be left out', [optional, optional], ['steps']],
  ['only what must not come', [never], ['steps']],
  ['what must not come in front', [never, once], ['steps[0].often']],
  ['what must not come before anything has to', [optional, never, once], ['steps[1].often']],
  ['no times at all', [{ ...once, often: 'between', atLeast: 0 }], ['steps']],
  ['fewer at most than at least', [{ ...once, often: 'between', atMost: 1 }], ['steps[0].atMost']],
  ['as many at most as at least', [{ ...once, often: 'between', atMost: 2 }], []],
] as const)('of steps: %s', ([, steps, wrong]) => {
  expect(wrongIn({ steps })).toEqual(wrong)
})

test('a text that names a row has to be the name of one', () => {
  const steps = [once, never]
  expect(wrongIn({ steps, afterStep: 'once' })).toEqual([])
  expect(wrongIn({ steps, afterStep: '' })).toEqual([])
  expect(wrongIn({ steps, afterStep: 'twice' })).toEqual(['afterStep'])
})

test('rows that are not finished are judged together all the same', () => {
  expect(wrongIn({ steps: [{ often: 'never' }] })).toEqual(['steps[0].condition', 'steps'])
})
