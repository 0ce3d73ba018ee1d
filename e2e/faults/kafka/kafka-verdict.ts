import { oldestOffsets, until } from '@millrace/services'
import type { Kafka, ReadRecord } from '@millrace/services'
import type { Verdict } from '../verdict.ts'
import { partitions, raw, readings, windowMs, windows } from './kafka-flow.ts'
import { endNumber } from './kafka-publisher.ts'
import type { Reading } from './kafka-publisher.ts'

interface WindowResult {
  readonly key: string
  readonly start: number
  readonly count: number
  readonly sum: number
}

export interface KafkaEvidence {
  readonly kafka: Kafka
  readonly acknowledged: ReadonlySet<number>
  readonly withinMs?: number
  /** Several engines share the readings: then none of them sees all of a window. */
  readonly hasWindows?: boolean
}

/**
 * Waits until all is there, for a bounded time, and compares what a reader of committed messages finds
 * with what there should be: as often as it stands in the topic that is read.
 */
export async function judgeKafka({
  kafka,
  acknowledged,
  withinMs = 60_000,
  hasWindows = true,
}: KafkaEvidence): Promise<Verdict> {
  const topics = hasWindows ? [readings, raw, windows] : [readings, raw]
  const given = valuesOf<Reading>(await kafka.read(readings)).filter(({ n }) => n !== endNumber)
  const wanted = countsOf(given)
  const expected = expectedOf(given)
  const look = async () => {
    const written = await kafka.read(raw)
    const passed = countsOf(valuesOf<Reading>(written).filter(({ n }) => n !== endNumber))
    const results = hasWindows ? await kafka.read(windows) : []
    const found = hasWindows ? differences(expected, valuesOf<WindowResult>(results)) : []
    const deleted = await deletedOf(kafka, topics)
    return { ...compare(wanted, passed), wrong: [...deleted, ...found] }
  }
  let found = await look()
  await until(
    async () => {
      if (found.missing.length === 0 && found.wrong.length === 0) return true
      found = await look()
      return false
    },
    { timeoutMs: withinMs, what: 'all results' },
  ).catch(() => undefined)
  const lost = [...acknowledged].filter((n) => !wanted.has(n))
  const wrong = lost.length === 0 ? found.wrong : [`Kafka itself lost ${lost.length}.`]
  return { ...found, wrong, windows: expected.size, acknowledged: acknowledged.size }
}

function valuesOf<Value>(records: readonly ReadRecord[]): readonly Value[] {
  // What the publisher and the flow write.
  return records.map(({ value }) => JSON.parse(value ?? 'null') as Value)
}

function countsOf(all: readonly Reading[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { n } of all) counts.set(n, (counts.get(n) ?? 0) + 1)
  return counts
}

function compare(
  wanted: ReadonlyMap<number, number>,
  passed: ReadonlyMap<number, number>,
): { readonly missing: readonly number[]; readonly repeated: number } {
  const missing = [...wanted].filter(([n, count]) => (passed.get(n) ?? 0) < count)
  let repeated = 0
  for (const [n, count] of passed) repeated += Math.max(0, count - (wanted.get(n) ?? 0))
  return { missing: missing.map(([n]) => n), repeated }
}

/** What the broker deleted by age or size is nobody's loss but its own; it would look like ours. */
async function deletedOf(
  { address }: Kafka,
  topics: readonly string[],
): Promise<readonly string[]> {
  const oldest = await oldestOffsets(address, topics, partitions)
  return oldest
    .filter(({ offset }) => offset > 0)
    .map((one) => `Kafka deleted ${one.topic}/${one.partition} before offset ${one.offset}.`)
}

function expectedOf(given: readonly Reading[]): ReadonlyMap<string, WindowResult> {
  const expected = new Map<string, WindowResult>()
  for (const { n, device, at } of given) {
    const start = at - (at % windowMs)
    const name = `${device} ${start}`
    const { count, sum } = expected.get(name) ?? { count: 0, sum: 0 }
    expected.set(name, { key: device, start, count: count + 1, sum: sum + n })
  }
  return expected
}

function differences(
  expected: ReadonlyMap<string, WindowResult>,
  found: readonly WindowResult[],
): readonly string[] {
  const wrong: string[] = []
  const seen = new Set<string>()
  for (const { key, start, count, sum } of found) {
    const name = `${key} ${start}`
    const right = expected.get(name)
    if (right?.count !== count || right.sum !== sum)
      wrong.push(`${name} has count ${count}, sum ${sum}; right is ${JSON.stringify(right)}`)
    if (seen.has(name)) wrong.push(`${name} is there twice`)
    seen.add(name)
  }
  for (const name of expected.keys()) if (!seen.has(name)) wrong.push(`${name} is missing`)
  return wrong
}
