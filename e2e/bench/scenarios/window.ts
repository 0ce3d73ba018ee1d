import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { figuresOf, type Measured, type Scenario } from './scenario.ts'

const run = promisify(execFile)

/** What windows cost. Node-RED has none to compare with. */
export const window: Scenario = {
  name: 'window',
  about: 'from JSON text to closed window, memory of a million groups, an epoch; in process',
  measure: async ({ runs, say }) => {
    const millrace: Measured[] = []
    for (let count = 0; count < runs; count += 1) {
      const measured = await ours()
      say(`window: ${JSON.stringify(measured)}`)
      millrace.push(measured)
    }
    return figuresOf(
      'window',
      [
        {
          measure: 'JSON to average of 10,000 groups',
          unit: 'messages/s',
          isCost: false,
          goal: '≥ 1,000,000',
        },
        { measure: 'the same, hopping 60 s every 1 s', unit: 'messages/s', isCost: false },
        { measure: 'the same, sessions', unit: 'messages/s', isCost: false },
        { measure: 'a group of a million', unit: 'bytes', isCost: true, goal: '< 400' },
        { measure: 'a session of a million', unit: 'bytes', isCost: true, goal: '< 400' },
        { measure: 'storing 10,000 changed groups', unit: 'ms', isCost: true, goal: '< 150' },
        { measure: 'throughput lost to that every second', unit: '%', isCost: true, goal: '< 10' },
      ],
      { millrace, peer: [] },
    )
  },
}

/** In a process of its own, on a heap that nothing else uses. */
async function ours(): Promise<Measured> {
  const script = fileURLToPath(new URL('../window.ts', import.meta.url))
  const flags = ['--expose-gc', '--max-old-space-size=4096']
  const { stdout } = await run(process.execPath, [...flags, script])
  const figure = (start: string): number => {
    const line = stdout.split('\n').find((one) => one.startsWith(start)) ?? ''
    return Number(
      /([\d.]+) (?:ns|bytes|ms|percent)/.exec(line.slice(start.length))?.[1] ?? Number.NaN,
    )
  }
  return {
    'JSON to average of 10,000 groups': 1e9 / figure('JSON to window, tumbling'),
    'the same, hopping 60 s every 1 s': 1e9 / figure('JSON to window, hopping'),
    'the same, sessions': 1e9 / figure('JSON to window, session'),
    'a group of a million': figure('a million devices, tumbling'),
    'a session of a million': figure('a million devices, session'),
    'storing 10,000 changed groups': figure('storing 10,000 changed devices'),
    'throughput lost to that every second': figure('throughput lost to that every second'),
  }
}
