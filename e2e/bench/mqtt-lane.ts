/**
 * What the MQTT nodes themselves cost, next to plain mqtt.js: CPU-µs a message of a process that
 * receives, publishes, or does both, with a generator in another process that plays the broker.
 *
 *     node e2e/bench/mqtt-lane.ts [messages] [case …]
 */
import { fork } from 'node:child_process'
import { flowPassthrough, flowPipeline } from './lane/flow-cases.ts'
import { generate } from './lane/generator.ts'
import type { Case } from './lane/load.ts'
import { mqttJsBoth, mqttJsIn, mqttJsOut } from './lane/mqtt-js-cases.ts'
import { millraceBoth, millraceIn, millraceOut } from './lane/node-cases.ts'

const [role, ...rest] = process.argv.slice(2)

const cases = {
  'in (bytes)': millraceIn('binary'),
  'in (text)': millraceIn('text'),
  'in (JSON)': millraceIn('json'),
  'mqtt.js in (JSON)': mqttJsIn,
  'out (JSON)': millraceOut,
  'mqtt.js out (JSON)': mqttJsOut,
  'in → out (text)': millraceBoth('text'),
  'in → out (JSON)': millraceBoth('auto'),
  'mqtt.js in → out (JSON)': mqttJsBoth,
  'flow in → out': flowPassthrough,
  'flow in → window → out': flowPipeline,
} satisfies Record<string, Case>

async function main(): Promise<void> {
  const count = Number(role ?? 1_000_000)
  const names = rest.length > 0 ? rest : Object.keys(cases)
  for (const name of names) {
    const results: Result[] = []
    for (let round = 0; round < 3; round += 1) results.push(await measure(name, count))
    results.sort((a, b) => a.cpuUs - b.cpuUs)
    const { cpuUs, perSecond } = results[1]!
    const spread = `${results[0]!.cpuUs.toFixed(2)} – ${results[2]!.cpuUs.toFixed(2)}`
    const rate = Math.round(perSecond).toLocaleString('en').padStart(9)
    console.log(`${name.padEnd(26)} ${cpuUs.toFixed(2)} µs [${spread}] ${rate}/s`)
  }
}

interface Result {
  readonly cpuUs: number
  readonly perSecond: number
}

async function measure(name: string, count: number): Promise<Result> {
  const generator = fork(import.meta.filename, ['generator'])
  const port = await once<number>(generator)
  const subject = fork(import.meta.filename, ['case', name, String(count), String(port)], {
    execArgv: process.env['PROFILE'] === name ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : [],
  })
  const result = await once<Result>(subject)
  generator.kill()
  return result
}

function once<Value>(child: ReturnType<typeof fork>): Promise<Value> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as Value))
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)))
  })
}

async function runCase(name: string, count: number, port: number): Promise<void> {
  const run = (cases as Record<string, Case>)[name]!
  await run(count / 4, port)
  const before = process.cpuUsage()
  const start = performance.now()
  await run(count, port)
  const seconds = (performance.now() - start) / 1000
  const cost = process.cpuUsage(before)
  process.send!({ cpuUs: (cost.user + cost.system) / count, perSecond: count / seconds })
  process.exit()
}

if (role === 'generator') generate()
else if (role === 'case') await runCase(rest[0] ?? '', Number(rest[1]), Number(rest[2]))
else await main()
