import { patternTest } from '../prometheus/match.ts'
import type { TimeRange } from '../file/store-reader-file.ts'
import { InfluxError } from './influx-error.ts'
import type { Comparison, Condition, Names, Operand } from './syntax.ts'

export type Scalar = number | string | boolean

/** What a row has under a name: undefined for nothing, as a missing tag. */
export type RowValues = (name: string) => Scalar | undefined

/** A condition without what it says of time, which is given apart. */
export interface SplitCondition {
  readonly range: TimeRange
  /** Absent where nothing is asked of rows. */
  readonly test?: RowTest | undefined
}

export interface RowTest {
  /** Names that it asks for. */
  readonly names: ReadonlySet<string>
  /** Undefined where it depends on a name that is not known yet. */
  readonly decide: (values: RowValues, isUnknown: (name: string) => boolean) => boolean | undefined
}

export function splitCondition(condition: Condition | undefined): SplitCondition {
  if (condition === undefined) return { range: { from: -Infinity, to: Infinity } }
  if (condition.kind === 'compare') {
    const { operator, value } = condition
    if (value.kind === 'time') return { range: rangeOf(operator, value.value) }
    return {
      range: { from: -Infinity, to: Infinity },
      test: comparison(condition.name, operator, value),
    }
  }
  const [left, right] = [splitCondition(condition.left), splitCondition(condition.right)]
  if (condition.kind === 'and') {
    const from = Math.max(left.range.from, right.range.from)
    const to = Math.min(left.range.to, right.range.to)
    return { range: { from, to }, test: both(left.test, right.test) }
  }
  const isTimed = [left, right].some(
    ({ range }) => range.from !== -Infinity || range.to !== Infinity,
  )
  if (isTimed) throw new InfluxError('cannot use OR with time')
  return { range: left.range, test: either(left.test, right.test) }
}

function rangeOf(operator: Comparison, time: number): TimeRange {
  switch (operator) {
    case '=':
      return { from: time, to: time }
    case '>':
      return { from: Math.floor(time) + 1, to: Infinity }
    case '>=':
      return { from: time, to: Infinity }
    case '<':
      return { from: -Infinity, to: Math.ceil(time) - 1 }
    case '<=':
      return { from: -Infinity, to: time }
    default:
      throw new InfluxError(`invalid time comparison operator: ${operator}`)
  }
}

function both(left: RowTest | undefined, right: RowTest | undefined): RowTest | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return {
    names: new Set([...left.names, ...right.names]),
    decide: (values, isUnknown) => {
      const [one, other] = [left.decide(values, isUnknown), right.decide(values, isUnknown)]
      if (one === false || other === false) return false
      return one === undefined || other === undefined ? undefined : true
    },
  }
}

function either(left: RowTest | undefined, right: RowTest | undefined): RowTest | undefined {
  if (left === undefined || right === undefined) return undefined
  return {
    names: new Set([...left.names, ...right.names]),
    decide: (values, isUnknown) => {
      const [one, other] = [left.decide(values, isUnknown), right.decide(values, isUnknown)]
      if (one === true || other === true) return true
      return one === undefined || other === undefined ? undefined : false
    },
  }
}

function comparison(name: string, operator: Comparison, operand: Operand): RowTest {
  const test = valueTest(operator, operand)
  return {
    names: new Set([name]),
    decide: (values, isUnknown) => (isUnknown(name) ? undefined : test(values(name))),
  }
}

function valueTest(operator: Comparison, operand: Operand): (value: Scalar | undefined) => boolean {
  if (operand.kind === 'pattern') {
    const test = namesTest({ pattern: operand.value })
    const wanted = operator === '=~'
    return (value) => test(String(value ?? '')) === wanted
  }
  const { value: wanted } = operand
  return (value) => {
    // A tag that is not there is as one that is empty; so is a field that is not.
    const found = value ?? (typeof wanted === 'string' ? '' : undefined)
    if (operator === '=') return found === wanted
    if (operator === '!=') return found !== wanted
    if (typeof found !== 'number' || typeof wanted !== 'number') return false
    if (operator === '<') return found < wanted
    if (operator === '>') return found > wanted
    return operator === '<=' ? found <= wanted : found >= wanted
  }
}

/** Whether a name is meant; patterns match anywhere in it, in time linear in it. */
export function namesTest(names: Names): (name: string) => boolean {
  if ('name' in names) return (name) => name === names.name
  return patternTest(names.pattern)
}

export function anyNames(all: readonly Names[]): (name: string) => boolean {
  const tests = all.map(namesTest)
  return (name) => tests.some((test) => test(name))
}
