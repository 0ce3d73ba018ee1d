import { readFile } from 'node:fs/promises'
import { openCatalog } from '@millrace/catalog'
import type { Catalog } from '@millrace/catalog'
import { parseFlowTestsText } from '@millrace/flow'
import type {
  Bundle,
  Flow,
  FlowTestDifference,
  FlowTestResult,
  FlowTests,
  Problem,
  TestMessage,
} from '@millrace/flow'
import { engineEnvironment } from '../config/engine-settings.ts'
import { testFlow } from '../trial/test-flow.ts'
import { line, readBundle } from './check.ts'
import type { Surroundings } from './surroundings.ts'

const testsSuffix = '.tests.json'

/**
 * Runs the tests of flows: of a flow file with its tests beside it, of a file of tests with its flow
 * beside it, or of a bundle that holds both. 1 where one did not pass, or nothing could be run.
 */
export async function test(files: readonly string[], surroundings: Surroundings): Promise<number> {
  const catalog = await openCatalog({ manifest: surroundings.manifest })
  const tally = { passed: 0, failed: 0, broken: 0 }
  let isGood = true
  for (const file of files) {
    // oxlint-disable-next-line no-await-in-loop -- printed in the order in which they are given
    const { suites, problems } = await readSuites(file)
    for (const problem of problems) surroundings.note(line(file, '', problem))
    if (problems.length > 0) isGood = false
    for (const suite of suites) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const results = await runSuite(suite, { catalog, surroundings })
      for (const { outcome } of results) tally[outcome] += 1
    }
  }
  const bad = tally.failed + tally.broken
  surroundings.print(`${tally.passed} passed, ${bad} failed`)
  return isGood && bad === 0 ? 0 : 1
}

interface Suite {
  readonly flow: Flow
  readonly tests: FlowTests
}

interface Suites {
  readonly suites: readonly Suite[]
  readonly problems: readonly Problem[]
}

async function readSuites(file: string): Promise<Suites> {
  const isTests = file.endsWith(testsSuffix)
  const flowFile = isTests ? `${file.slice(0, -testsSuffix.length)}.json` : file
  const { bundle, problems } = await readBundle(flowFile)
  if (!bundle) return { suites: [], problems }
  if (bundle.tests !== undefined) return suitesOf(bundle, bundle.tests)
  return readBeside(bundle, isTests ? file : `${file.replace(/\.json$/, '')}${testsSuffix}`)
}

async function readBeside(bundle: Bundle, file: string): Promise<Suites> {
  try {
    const { tests, problems } = parseFlowTestsText(await readFile(file, 'utf8'))
    return tests ? suitesOf(bundle, [tests]) : { suites: [], problems }
  } catch (error) {
    const message = `There are no tests: ${error instanceof Error ? error.message : String(error)}`
    return { suites: [], problems: [{ severity: 'error', code: 'TESTS_MISSING', message }] }
  }
}

function suitesOf({ flows }: Bundle, all: readonly FlowTests[]): Suites {
  const problems: Problem[] = []
  const suites = all.flatMap((tests) => {
    const flow = flows.find(({ name }) => name === tests.flow)
    if (flow !== undefined) return [{ flow, tests }]
    const message = `There are tests of a flow "${tests.flow}", which is not there`
    problems.push({ severity: 'error', code: 'FLOW_UNKNOWN', message })
    return []
  })
  return { suites, problems }
}

interface Bench {
  readonly catalog: Catalog
  readonly surroundings: Surroundings
}

function runSuite(
  { flow, tests }: Suite,
  { catalog, surroundings }: Bench,
): Promise<readonly FlowTestResult[]> {
  surroundings.print(flow.name)
  return testFlow(flow, tests.cases, {
    nodeTypes: catalog.descriptors,
    nodePackages: catalog.nodePackages,
    environment: engineEnvironment(surroundings.environment),
    onResult: (result) => {
      for (const text of linesOf(result)) surroundings.print(text)
    },
  })
}

const marks = { passed: '✓', failed: '✗', broken: '✗' } as const

/** A result as a person reads it: what went well in a line, the rest with all that differs. */
export function linesOf(result: FlowTestResult): readonly string[] {
  const { name, outcome, tookMs, message, differences, notes } = result
  return [
    `  ${marks[outcome]} ${name} (${tookMs} ms)`,
    ...(message === undefined ? [] : [`      ${message}`]),
    ...differences.flatMap(differenceLines),
    ...(outcome === 'passed' ? [] : notes.map((note) => `      note: ${note}`)),
  ]
}

function differenceLines(difference: FlowTestDifference): readonly string[] {
  const { node, port, kind, index, expected, got, paths } = difference
  const head = `      ${node}:${port}, message ${index + 1}: ${kind}`
  return [
    paths.length === 0 ? head : `${head} in ${paths.join(', ')}`,
    ...(expected === undefined ? [] : [`        expected  ${text(expected)}`]),
    ...(got === undefined ? [] : [`        got       ${text(got)}`]),
  ]
}

const textMax = 2_000

function text(message: TestMessage): string {
  const json = JSON.stringify(message)
  return json.length > textMax ? `${json.slice(0, textMax)}…` : json
}
