import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until, type Influxd } from '@millrace/services'
import { endNumber, rawFile, windowFile, windowMs } from './plant-flow.ts'

/** What became of the messages. */
export interface Verdict {
  readonly acknowledged: number
  /** Numbers that were acknowledged and are not in the file. */
  readonly missing: readonly number[]
  /** Lines of numbers that are in the file more than once. */
  readonly repeated: number
  readonly windows: number
  /** What is wrong with windows, in words. */
  readonly wrong: readonly string[]
}

interface Reading {
  readonly n: number
  readonly device: string
  readonly at: number
}

interface WindowResult {
  readonly key: string
  readonly start: number
  readonly count: number
  readonly sum: number
}

export interface Evidence {
  readonly files: string
  readonly influxd: Influxd
  readonly acknowledged: ReadonlySet<number>
  readonly withinMs?: number
}

/** Waits until all is there, for a bounded time, and compares it with what there should be. */
export async function judge(evidence: Evidence): Promise<Verdict> {
  const { files, influxd, acknowledged, withinMs = 60_000 } = evidence
  const look = async () => {
    const readings = await linesOf<Reading>(join(files, rawFile))
    const expected = expectedOf(readings)
    const stored = await linesOf<WindowResult>(join(files, windowFile))
    const rows = await influxd.query('SELECT * FROM "window"', 'plant')
    const points = rows.map(({ time, device, count, sum }) => ({
      key: String(device),
      start: Number(time),
      count: Number(count),
      sum: Number(sum),
    }))
    const wrong = [
      ...differences('file', expected, stored),
      ...differences('InfluxDB', expected, points),
    ]
    const numbers = readings.map(({ n }) => n).filter((n) => n >= 0)
    const seen = new Set(numbers)
    const missing = [...acknowledged].filter((n) => !seen.has(n))
    const repeated = numbers.length - seen.size
    const hasEnd = readings.some(({ n }) => n === endNumber)
    return { missing, repeated, windows: expected.size, wrong, hasEnd }
  }
  let found = await look()
  await until(
    async () => {
      if (found.hasEnd && found.missing.length === 0 && found.wrong.length === 0) return true
      found = await look()
      return false
    },
    { timeoutMs: withinMs, what: 'all results' },
  ).catch(() => undefined)
  const wrong = found.hasEnd ? found.wrong : ['The last message never came.', ...found.wrong]
  return { ...found, wrong, acknowledged: acknowledged.size }
}

/** Windows of what is in the file; the stream's last message closes all but its own. */
function expectedOf(readings: readonly Reading[]): ReadonlyMap<string, WindowResult> {
  const windows = new Map<string, WindowResult>()
  for (const { n, device, at } of readings) {
    if (n === endNumber) continue
    const start = at - (at % windowMs)
    const name = `${device} ${start}`
    const { count, sum } = windows.get(name) ?? { count: 0, sum: 0 }
    windows.set(name, { key: device, start, count: count + 1, sum: sum + n })
  }
  return windows
}

function differences(
  where: string,
  expected: ReadonlyMap<string, WindowResult>,
  found: readonly WindowResult[],
): readonly string[] {
  const wrong: string[] = []
  const seen = new Set<string>()
  for (const { key, start, count, sum } of found) {
    const name = `${key} ${start}`
    const right = expected.get(name)
    if (right?.count !== count || right.sum !== sum) {
      wrong.push(
        `${where}: ${name} has count ${count}, sum ${sum}; right is ${JSON.stringify(right)}`,
      )
    }
    if (seen.has(name)) wrong.push(`${where}: ${name} is there twice`)
    seen.add(name)
  }
  for (const name of expected.keys())
    if (!seen.has(name)) wrong.push(`${where}: ${name} is missing`)
  return wrong
}

async function linesOf<Line>(path: string): Promise<readonly Line[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split('\n')
  // The last one may just be being written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Line)
}
