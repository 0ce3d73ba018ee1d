import type { FunctionEntry, Parameter } from './definition.ts'

/** The comprehensions. The parser knows them by name; their meaning stands in the back ends. */
const target: Parameter = { name: 'list', types: ['list', 'map'] }
const variable: Parameter = { name: 'variable', types: ['any'] }
const condition: Parameter = { name: 'condition', types: ['boolean'] }
const macro = { category: 'list', notation: 'macro' } as const

export const macroEntries: FunctionEntry[] = [
  {
    name: 'all',
    ...macro,
    parameters: [target, variable, condition],
    result: 'boolean',
    summary: 'Whether a condition holds for every element of a list (or key of a map).',
    example: { source: '[21, 22].all(t, t > 20)', value: true },
  },
  {
    name: 'exists',
    ...macro,
    parameters: [target, variable, condition],
    result: 'boolean',
    summary: 'Whether a condition holds for at least one element.',
    example: { source: '[19, 22].exists(t, t < 20)', value: true },
  },
  {
    name: 'exists_one',
    ...macro,
    parameters: [target, variable, condition],
    result: 'boolean',
    summary: 'Whether a condition holds for exactly one element.',
    example: { source: '[19, 18].exists_one(t, t < 20)', value: false },
  },
  {
    name: 'map',
    ...macro,
    parameters: [
      target,
      variable,
      { ...condition, isOptional: true },
      { name: 'result', types: ['any'] },
    ],
    result: 'list',
    summary: 'A list of what is made from each element (for which a condition holds).',
    example: { source: '[1, 2, 3].map(x, x > 1, x * 10)', value: [20, 30] },
  },
  {
    name: 'filter',
    ...macro,
    parameters: [target, variable, condition],
    result: 'list',
    summary: 'The elements for which a condition holds.',
    example: { source: '[1, 2, 3].filter(x, x % 2 == 1)', value: [1, 3] },
  },
]
