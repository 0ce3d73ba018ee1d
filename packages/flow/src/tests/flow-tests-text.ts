import type { FlowTestCase, FlowTests } from './flow-tests.ts'

/** Writes tests in the one form in which they are stored: a step and a message a line. */
export function canonicalFlowTestsText({ flow, cases }: FlowTests): string {
  const written = block('  ', cases.map(writeCase))
  return `{\n  "millrace": 1,\n  "flow": ${JSON.stringify(flow)},\n  "cases": ${written}\n}\n`
}

function writeCase({ name, startMs, steps, answers, expect }: FlowTestCase): string {
  const members = [
    `"name": ${JSON.stringify(name)}`,
    ...(startMs === undefined ? [] : [`"startMs": ${startMs}`]),
    `"steps": ${block('      ', steps.map(line))}`,
    ...(answers === undefined ? [] : [`"answers": ${writeAnswers(answers)}`]),
    `"expect": ${block('      ', expect.map(writeExpectation))}`,
  ]
  return `{\n      ${members.join(',\n      ')}\n    }`
}

function writeExpectation({ messages, ...rest }: FlowTestCase['expect'][number]): string {
  const { node, port, match, tolerance, inAnyOrder } = rest
  const head = JSON.stringify({ node, port, match, tolerance, inAnyOrder }).slice(1, -1)
  const members = head.replaceAll('":', '": ').replaceAll(',"', ', "')
  return `{\n          ${members},\n          "messages": ${block('          ', messages.map(line))}\n        }`
}

function writeAnswers(answers: NonNullable<FlowTestCase['answers']>): string {
  const nodes = Object.keys(answers).toSorted((one, other) => (one < other ? -1 : 1))
  const lines = nodes.map(
    (node) => `${JSON.stringify(node)}: ${block('        ', (answers[node] ?? []).map(line))}`,
  )
  return lines.length === 0 ? '{}' : `{\n        ${lines.join(',\n        ')}\n      }`
}

function line(value: unknown): string {
  return JSON.stringify(value)
}

function block(indent: string, lines: readonly string[]): string {
  if (lines.length === 0) return '[]'
  return `[\n${indent}  ${lines.join(`,\n${indent}  `)}\n${indent}]`
}
