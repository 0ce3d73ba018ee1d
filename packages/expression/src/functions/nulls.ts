import { isSame } from '../runtime/operators.ts'
import { anything, define, repeated } from './definition.ts'
import type { FunctionDefinition } from './definition.ts'

const head = { category: 'null', notation: 'function', seesNull: true, unmetered: 'all' } as const

export const nullFunctions: FunctionDefinition[] = [
  define(
    {
      name: 'has',
      ...head,
      parameters: [anything('path')],
      result: 'boolean',
      summary: 'Whether the message has a value there: something that is not null.',
      example: { source: 'has(payload.missing)', value: false },
    },
    (value: unknown) => value !== null,
  ),
  define(
    {
      name: 'coalesce',
      ...head,
      parameters: [anything('value'), repeated(anything('others'))],
      result: 'any',
      summary: 'The first of several values that is not null.',
      example: { source: 'coalesce(payload.missing, null, 7)', value: 7 },
    },
    (...values: unknown[]) => values.find((value) => value !== null) ?? null,
  ),
  define(
    {
      name: 'ifNull',
      ...head,
      parameters: [anything('value'), anything('default')],
      result: 'any',
      summary: 'The value, or a default where it is null.',
      example: { source: 'ifNull(payload.missing, "none")', value: 'none' },
    },
    (value: unknown, otherwise: unknown) => (value === null ? otherwise : value),
  ),
  {
    name: 'nullIf',
    ...head,
    parameters: [anything('value'), anything('unwanted')],
    result: 'any',
    summary: 'Null where the value equals the unwanted one, otherwise the value.',
    example: { source: 'nullIf(-999, -999)', value: null },
    prepare:
      ({ meter }) =>
      (value: unknown, unwanted: unknown) =>
        isSame(value, unwanted, { meter, depth: 0 }) ? null : value,
  },
]
