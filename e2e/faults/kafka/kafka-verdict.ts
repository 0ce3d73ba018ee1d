import { until } from '@millrace/services'
import type { Kafka } from '@millrace/services'
import type { Verdict } from '../verdict.ts'
import { raw, readings, windowMs, windows } from './kafka-flow.ts'
import { endNumber } from './kafka-publisher.ts'
import type { Reading } from './kafka-publisher.ts'

interface WindowResult {
  readonly key: string
  readonly start: number
  readonly count: number
  readonly sum: number
}

/**
 * Waits until all is there, for a bounded time, and compares what a reader of committed messages finds
 * with what there should be.
 */
export async function judgeKafka(
  kafka: Kafka,
  acknowledged: ReadonlySet<number>,
  withinMs = 60_000,
): Promise<Verdict> {
  const given = (await valuesIn<Reading>(kafka, readings)).filter(({ n }) => n !== endNumber)
  const expected = expectedOf(given)
  const look = async () => {
    const passed = (await valuesIn<Reading>(kafka, raw))
      .map(({ n }) => n)
      .filter((n) => n !== endNumber)
    const seen = new Set(passed)
    return {
      missing: given.map(({ n }) => n).filter((n) => !seen.has(n)),
      repeated: passed.length - seen.size,
      wrong: differences(expected, await valuesIn<WindowResult>(kafka, windows)),
    }
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
  const lost = [...acknowledged].filter((n) => !given.some((reading) => reading.n === n))
  const wrong = lost.length === 0 ? found.wrong : [`Kafka itself lost ${lost.length}.`]
  return { ...found, wrong, windows: expected.size, acknowledged: acknowledged.size }
}

async function valuesIn<Value>(kafka: Kafka, topic: string): Promise<readonly Value[]> {
  const records = await kafka.read(topic)
  // What the publisher and the flow write.
  return records.map(({ value }) => JSON.parse(value ?? 'null') as Value)
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
