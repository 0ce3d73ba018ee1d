import { expect, it } from 'vitest'
import { needOf } from '@millrace/sdk/windows'
import { aggregatesField } from '../aggregates-field.ts'
import { accumulatorOf } from './table.ts'

it.each(aggregatesField.item.function.options.map(({ value }) => value))(
  'the estimate of the form knows how much %s needs',
  (name) => {
    const { initial } = accumulatorOf(name, { percent: 50, most: 100 })
    expect(needOf({ function: name }).slots).toBe(initial.length)
  },
)
