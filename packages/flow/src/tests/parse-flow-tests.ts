import type { Problem } from '../flow.ts'
import { limits } from '../limits.ts'
import { Findings, flowNameForm, idForm } from '../parse/findings.ts'
import { parseJsonText } from '../parse/json-text.ts'
import { findUnsafeJson } from '../parse/unsafe-json.ts'
import { testLimits } from './flow-tests.ts'
import type {
  FlowTestCase,
  FlowTestExpectation,
  FlowTests,
  FlowTestStep,
  TestMessage,
} from './flow-tests.ts'

export type ParsedFlowTests =
  | { readonly tests: FlowTests; readonly problems?: undefined }
  | { readonly tests?: undefined; readonly problems: readonly Problem[] }

/** Reads tests from anything that claims to be such; what is wrong is named by its path. */
export function parseFlowTests(value: unknown): ParsedFlowTests {
  const findings = new Findings()
  const tests = readFlowTests(value, '', findings)
  return tests && findings.problems.length === 0 ? { tests } : { problems: findings.problems }
}

export function parseFlowTestsText(text: string): ParsedFlowTests {
  const json = parseJsonText(text)
  return 'problems' in json ? json : parseFlowTests(json.value)
}

export function readFlowTests(value: unknown, path: string, findings: Findings): FlowTests | null {
  const inside = (key: string) => (path === '' ? key : `${path}.${key}`)
  const record = findings.object(value, path, ['millrace', 'flow', 'cases'])
  if (!record) return null
  if (record['millrace'] !== 1) findings.add('FLOW_FORMAT', inside('millrace'), 'must be 1')
  const flow = findings.name(record['flow'], inside('flow'), flowNameForm)
  const names = new Set<string>()
  const cases = findings
    .list(record['cases'], inside('cases'), testLimits.cases)
    .map((item, index) => {
      const found = readCase(item, `${inside('cases')}[${index}]`, findings)
      if (found && names.has(found.name)) {
        findings.add('NAME_TAKEN', `${inside('cases')}[${index}].name`, 'is there twice')
      }
      if (found) names.add(found.name)
      return found
    })
    .filter((found) => found !== null)
  return { millrace: 1, flow, cases }
}

function readCase(value: unknown, path: string, findings: Findings): FlowTestCase | null {
  const record = findings.object(value, path, ['name', 'startMs', 'steps', 'answers', 'expect'])
  if (!record) return null
  const { startMs, answers } = record
  const name = findings.text(record['name'], `${path}.name`, limits.nameCharacters)
  if (name === '' && typeof record['name'] === 'string') {
    findings.add('SHAPE_NAME', `${path}.name`, 'must not be empty')
  }
  return {
    name,
    ...(startMs !== undefined && { startMs: readNumber(startMs, `${path}.startMs`, findings) }),
    steps: findings
      .list(record['steps'], `${path}.steps`, testLimits.steps)
      .map((item, index) => readStep(item, `${path}.steps[${index}]`, findings)),
    ...(answers !== undefined && { answers: readAnswers(answers, `${path}.answers`, findings) }),
    expect: findings
      .list(record['expect'], `${path}.expect`, testLimits.expectations)
      .map((item, index) => readExpectation(item, `${path}.expect[${index}]`, findings))
      .filter((found) => found !== null),
  }
}

const nothing: FlowTestStep = { waitMs: 0 }

function readStep(value: unknown, path: string, findings: Findings): FlowTestStep {
  const record = findings.object(value, path, ['node', 'port', 'message', 'waitMs', 'end'])
  if (!record) return nothing
  if ('message' in record) {
    return { ...readPlace(record, path, findings), message: readMessage(record, path, findings) }
  }
  if (record['end'] === true) return { end: true }
  if ('waitMs' in record) {
    return { waitMs: readNumber(record['waitMs'], `${path}.waitMs`, findings) }
  }
  findings.add('SHAPE_STEP', path, 'needs node and message, or waitMs, or "end": true')
  return nothing
}

function readPlace(
  { node, port }: Record<string, unknown>,
  path: string,
  findings: Findings,
): { readonly node: string; readonly port?: string } {
  return {
    node: findings.name(node, `${path}.node`, idForm),
    ...(port !== undefined && { port: findings.name(port, `${path}.port`, idForm) }),
  }
}

function readMessage(
  { message }: Record<string, unknown>,
  path: string,
  findings: Findings,
): TestMessage {
  return readJsonObject(message, `${path}.message`, findings)
}

function readExpectation(
  value: unknown,
  path: string,
  findings: Findings,
): FlowTestExpectation | null {
  const keys = ['node', 'port', 'match', 'tolerance', 'inAnyOrder', 'messages']
  const record = findings.object(value, path, keys)
  if (!record) return null
  const { match, tolerance, inAnyOrder } = record
  if (match !== undefined && match !== 'exact' && match !== 'subset') {
    findings.add('SHAPE_CHOICE', `${path}.match`, 'must be "exact" or "subset"')
  }
  if (inAnyOrder !== undefined && typeof inAnyOrder !== 'boolean') {
    findings.add('SHAPE_BOOLEAN', `${path}.inAnyOrder`, 'must be true or false')
  }
  return {
    ...readPlace(record, path, findings),
    ...(match === 'exact' && { match }),
    ...(tolerance !== undefined && {
      tolerance: readNumber(tolerance, `${path}.tolerance`, findings),
    }),
    ...(inAnyOrder === true && { inAnyOrder }),
    messages: readMessages(record['messages'], `${path}.messages`, findings),
  }
}

function readAnswers(
  value: unknown,
  path: string,
  findings: Findings,
): Readonly<Record<string, readonly TestMessage[]>> {
  const record = findings.record(value, path) ?? {}
  return Object.fromEntries(
    Object.entries(record).map(([node, messages]) => [
      findings.name(node, `${path}.${node}`, idForm),
      readMessages(messages, `${path}.${node}`, findings),
    ]),
  )
}

function readMessages(value: unknown, path: string, findings: Findings): readonly TestMessage[] {
  return findings
    .list(value, path, testLimits.messages)
    .map((item, index) => readJsonObject(item, `${path}[${index}]`, findings))
}

function readJsonObject(value: unknown, path: string, findings: Findings): TestMessage {
  const record = findings.record(value, path)
  const unsafe = record && findUnsafeJson(record, path, messageBounds)
  if (unsafe) findings.add(unsafe.code, unsafe.path, unsafe.message)
  return record ?? {}
}

const messageBounds = {
  depth: limits.configDepth,
  textCharacters: limits.configTextCharacters,
  values: limits.configValues,
}

function readNumber(value: unknown, path: string, findings: Findings): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  findings.add('SHAPE_NUMBER', path, 'must be a number from 0')
  return 0
}
