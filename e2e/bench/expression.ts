import {
  compile,
  compilePath,
  compileTemplate,
  interpret,
  interpretPath,
  interpretTemplate,
} from '@millrace/expression'
import type { Message, Result } from '@millrace/expression'

/**
 * Nanoseconds for one evaluation of an expression, a template and a path, by both back ends.
 * Run: node e2e/bench/expression.ts
 */
const expressions = [
  'payload.temperature > 30 && topic.startsWith("plant/")',
  'payload.temperature * 9 / 5 + 32',
  'payload.device in ["d1", "d2", "d3"]',
  'payload.missing == null ? "none" : payload.device',
  'round(payload.temperature, 1)',
  'topic.matches("^plant/[0-9]+/.*$")',
  'payload.samples.filter(x, x > 10).avg()',
]
const template = '{{payload.device}}: {{payload.temperature}} °C at {{topic}}'
const path = 'payload.x'

const messages: Message[] = Array.from({ length: 1024 }, (_, index) => ({
  payload: {
    device: `d${index % 12}`,
    temperature: 10 + (index % 50) / 2,
    humidity: 40.5,
    samples: [9, 10, 11, 12],
    status: 'ok',
  },
  topic: index % 3 === 0 ? 'office/1/temperature' : `plant/${index % 12}/temperature`,
  time: 1_767_225_600_000 + index,
}))

function main(): void {
  console.log('compiled  interpreted  ns for each')
  for (const source of expressions) report(source, compile(source), interpret(source))
  report(template, compileTemplate(template), interpretTemplate(template))
  const compiled = valueOf(compilePath(path))
  const interpreted = valueOf(interpretPath(path))
  print(
    `get ${path}`,
    (message) => compiled.get(message),
    (message) => interpreted.get(message),
  )
  print(
    `set ${path}`,
    (message) => compiled.set(message, 1),
    (message) => interpreted.set(message, 1),
  )
}

type Run = (message: Message) => unknown

function report(source: string, compiled: Result<Run>, interpreted: Result<Run>): void {
  print(source, valueOf(compiled), valueOf(interpreted))
}

function valueOf<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value
  throw new Error(result.problems.map((problem) => problem.message).join('\n'))
}

function print(name: string, compiled: Run, interpreted: Run): void {
  const times = [compiled, interpreted].map((run) => nanosecondsOf(run).toFixed(1).padStart(8))
  console.log(`${times.join('  ')}     ${name}`)
}

/** The median of seven rounds, after two to warm up. */
function nanosecondsOf(run: Run): number {
  const rounds = Array.from({ length: 9 }, () => timeRound(run)).slice(2)
  return rounds.toSorted((a, b) => a - b)[3] ?? Number.NaN
}

const evaluations = 1_000_000
let sink: unknown

function timeRound(run: Run): number {
  const start = process.hrtime.bigint()
  for (let index = 0; index < evaluations; index++) {
    const message = messages[index & 1023]
    if (message) sink = run(message)
  }
  return Number(process.hrtime.bigint() - start) / evaluations
}

main()
if (sink === messages) console.log(sink)
