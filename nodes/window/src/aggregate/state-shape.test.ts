import { expect, it } from 'vitest'
import type { ConfigOf, Field } from '@millrace/sdk/descriptor'
import { descriptor } from './descriptor.ts'
import { shapeOf } from './open-windows.ts'

type Config = ConfigOf<typeof descriptor>

const fields: Readonly<Record<string, Field>> = descriptor.fields
const places: readonly string[] = descriptor.stateShape
const types = descriptor.fields.type.options.map(({ value }) => value)

/** Expressions are absent, which the shape has nothing to do with. */
function configWith(changes: Record<string, unknown>): Config {
  const defaults = Object.entries(fields).map(([name, field]) => [
    name,
    'default' in field ? field.default : undefined,
  ])
  // Every field has a value of its kind, but for the expressions.
  return { ...Object.fromEntries(defaults), ...changes } as unknown as Config
}

function otherValues(field: Field): readonly unknown[] {
  if (field.kind === 'choice') return field.options.map(({ value }) => value)
  if (field.kind === 'duration' || field.kind === 'integer') return [0, 1, 7, 60_000]
  if (field.kind === 'text') return ['UTC', 'Europe/Berlin']
  if (field.kind === 'expression') return [undefined, () => 1]
  return []
}

const others = Object.keys(fields).filter(
  (name) => !places.some((place) => place.split('.')[0] === name),
)

it.each(types)('names every field by which the state of a %s window differs', (type) => {
  for (const name of others) {
    const field = fields[name]
    const values = field === undefined ? [] : otherValues(field)
    const shapes = values.map((value) => shapeOf(configWith({ type, [name]: value })))
    expect([name, new Set(shapes).size > 1]).toEqual([name, false])
  }
})

it('names the columns of the results by which it differs', () => {
  const row = { id: '1', name: 'n', function: 'sum', value: () => 1 }
  const shapeWith = (changes: object) =>
    shapeOf(configWith({ aggregates: [{ ...row, ...changes }] }))
  expect(shapeWith({ value: () => 2, id: '2' })).toBe(shapeWith({}))
  expect(shapeWith({ function: 'count' })).not.toBe(shapeWith({}))
})
