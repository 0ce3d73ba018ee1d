import { isRecord } from '../parse/findings.ts'
import { memberPath } from '../parse/unsafe-json.ts'
import type { FlowTestDifference, FlowTestExpectation, TestMessage } from './flow-tests.ts'

const differencesMax = 100
const pathsMax = 20
/** Numbers that differ by less, in proportion, are the same: sums depend on their order. */
const rounding = 1e-9

type Expectation = FlowTestExpectation & { readonly port: string }

interface Numbered {
  readonly index: number
  readonly message: TestMessage
}

/** What was expected beside what came in its place. */
type Pair = readonly [wanted: Numbered | undefined, found: Numbered | undefined]

/** What of the messages that came is not as it was expected. */
export function compareMessages(
  expectation: Expectation,
  got: readonly TestMessage[],
): readonly FlowTestDifference[] {
  const pairs =
    expectation.inAnyOrder === true ? matched(expectation, got) : aligned(expectation, got)
  return pairs.flatMap((pair) => differenceOf(pair, expectation) ?? []).slice(0, differencesMax)
}

function differenceOf([wanted, found]: Pair, rules: Expectation): FlowTestDifference | undefined {
  const about = { node: rules.node, port: rules.port }
  if (wanted === undefined) {
    if (found === undefined) return undefined
    return { ...about, kind: 'unexpected', index: found.index, got: found.message, paths: [] }
  }
  const { index, message: expected } = wanted
  if (found === undefined) return { ...about, kind: 'missing', index, expected, paths: [] }
  const paths = differingPaths(expected, found.message, rules)
  if (paths.length === 0) return undefined
  return { ...about, kind: 'different', index, expected, got: found.message, paths }
}

function aligned({ messages }: Expectation, got: readonly TestMessage[]): readonly Pair[] {
  const length = Math.max(messages.length, got.length)
  return Array.from({ length }, (_, index): Pair => [at(messages, index), at(got, index)])
}

/** Each expected message takes the first that fits; what is left over is paired in order. */
function matched(rules: Expectation, got: readonly TestMessage[]): readonly Pair[] {
  const left = new Map(got.map((message, index) => [index, { index, message }]))
  const missing: Numbered[] = []
  for (const [index, message] of rules.messages.entries()) {
    const fits = [...left.values()].find(
      (found) => differingPaths(message, found.message, rules).length === 0,
    )
    if (fits === undefined) missing.push({ index, message })
    else left.delete(fits.index)
  }
  const surplus = [...left.values()]
  const length = Math.max(missing.length, surplus.length)
  return Array.from({ length }, (_, index): Pair => [missing[index], surplus[index]])
}

function at(messages: readonly TestMessage[], index: number): Numbered | undefined {
  const message = messages[index]
  return message && { index, message }
}

type Rules = Pick<FlowTestExpectation, 'match' | 'tolerance'>

/** Where two values differ, by path; values that JSON does not have count as absent. */
export function differingPaths(expected: unknown, got: unknown, rules: Rules): readonly string[] {
  const paths: string[] = []
  collect({ expected, got, path: '' }, rules, paths)
  return paths
}

interface Place {
  readonly expected: unknown
  readonly got: unknown
  readonly path: string
}

function collect({ expected, got, path }: Place, rules: Rules, paths: string[]): void {
  if (paths.length >= pathsMax) return
  if (Array.isArray(expected) && Array.isArray(got)) {
    const length = Math.max(expected.length, got.length)
    for (let index = 0; index < length; index += 1) {
      const inner: Place = {
        expected: expected[index],
        got: got[index],
        path: `${path}[${index}]`,
      }
      collect(inner, rules, paths)
    }
  } else if (isRecord(expected) && isRecord(got)) {
    for (const key of keysOf(expected, got, rules)) {
      const inner: Place = {
        expected: Object.hasOwn(expected, key) ? expected[key] : undefined,
        got: Object.hasOwn(got, key) ? got[key] : undefined,
        path: memberPath(path, key),
      }
      collect(inner, rules, paths)
    }
  } else if (!isSame(expected, got, rules)) {
    paths.push(path)
  }
}

function keysOf(expected: object, got: object, { match = 'subset' }: Rules): readonly string[] {
  const keys = Object.keys(expected)
  return match === 'subset' ? keys : [...new Set([...keys, ...Object.keys(got)])]
}

function isSame(expected: unknown, got: unknown, { tolerance = 0 }: Rules): boolean {
  if (typeof expected !== 'number' || typeof got !== 'number') return expected === got
  return Math.abs(expected - got) <= Math.max(tolerance, rounding * Math.abs(expected))
}
