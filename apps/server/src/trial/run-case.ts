import { compareMessages, usualTestStart } from '@millrace/flow'
import type {
  DescriptorsByType,
  Flow,
  FlowTestCase,
  FlowTestExpectation,
  FlowTestResult,
  FlowTestStep,
  TestMessage,
} from '@millrace/flow'
import type { NodeType } from '@millrace/sdk'
import { outputPorts } from '@millrace/sdk/descriptor'
import { fromPlain, toPlain } from './plain-message.ts'
import { makeStage } from './stage.ts'
import type { GivenPlace, StageWishes } from './stage.ts'
import { Trial } from './trial.ts'

export interface CaseParts {
  readonly flow: Flow
  readonly descriptors: DescriptorsByType
  readonly installed: ReadonlyMap<string, NodeType>
  readonly nextTurn: () => Promise<void>
  /** For how long it took, in milliseconds. */
  readonly monotonic: () => number
}

type Expectation = FlowTestExpectation & { readonly port: string }

const gotMax = 1_000

/** Runs one case on the real engine; whatever goes wrong is part of the result. */
export async function runCase(test: FlowTestCase, parts: CaseParts): Promise<FlowTestResult> {
  const startedMs = parts.monotonic()
  const expect = test.expect.map((expectation) => withPort(expectation, parts))
  const seen = new Seen()
  const outcome = await played(test, { ...parts, expect, seen }).catch((error: unknown) => ({
    broken: error instanceof Error ? error.message : String(error),
    notes: [],
  }))
  const got = expect.map(({ node, port }) => seen.at(node, port))
  const differences = expect.flatMap((one, index) => compareMessages(one, got[index] ?? []))
  const common = {
    name: test.name,
    got: got.map((messages) => messages.slice(0, gotMax)),
    notes: outcome.notes,
    tookMs: Math.round(parts.monotonic() - startedMs),
  }
  if (outcome.broken !== undefined) {
    return { ...common, outcome: 'broken', message: outcome.broken, differences: [] }
  }
  return { ...common, outcome: differences.length === 0 ? 'passed' : 'failed', differences }
}

interface Playing extends CaseParts {
  readonly expect: readonly Expectation[]
  readonly seen: Seen
}

async function played(
  test: FlowTestCase,
  { flow, descriptors, installed, nextTurn, expect, seen }: Playing,
): Promise<{ readonly broken?: string; readonly notes: readonly string[] }> {
  const wishes = wishesOf(test, expect, { flow, descriptors })
  const stage = makeStage(flow, wishes, {
    descriptors,
    installed,
    onSeen: (node, port, message) => seen.add(node, port, toPlain(message)),
  })
  const trial = new Trial({ stage, startMs: test.startMs ?? usualTestStart, nextTurn })
  await trial.start()
  for (const step of test.steps) {
    play(step, trial, wishes)
    await trial.settle()
    if ('waitMs' in step) await trial.wait(step.waitMs)
  }
  const notes = [
    ...stage.muted.map((node) => `${node}: kept from reaching outside; give it \`answers\``),
    ...trial.notes(),
  ]
  await trial.stop()
  return { notes }
}

function play(step: FlowTestStep, trial: Trial, { given }: StageWishes): void {
  if ('end' in step) trial.end()
  if (!('message' in step)) return
  const message = fromPlain(step.message)
  const place = given.find(({ node, port }) => node === step.node && port === step.port)
  if (place?.hasTimes === true && message.time === undefined) message.time = trial.nowMs
  trial.emit(step.node, message, step.port)
}

function wishesOf(
  { steps, answers = {} }: FlowTestCase,
  expect: readonly Expectation[],
  { flow, descriptors }: Pick<CaseParts, 'flow' | 'descriptors'>,
): StageWishes {
  const places = new Map<string, GivenPlace>()
  for (const step of steps) {
    if (!('message' in step)) continue
    const { node, port } = step
    if (!flow.nodes.some(({ id }) => id === node)) {
      throw new Error(`There is no node "${node}" to give a message to.`)
    }
    const key = `${node}:${port ?? ''}`
    const hasTimes = typeof step.message['time'] === 'number'
    const known = places.get(key)
    places.set(key, { node, port, hasTimes: hasTimes || known?.hasTimes === true })
  }
  const kindOf = (id: string) => {
    const node = flow.nodes.find((other) => other.id === id)
    if (node === undefined) throw new Error(`There is no node "${id}" to expect messages of.`)
    return descriptors.get(node.type)?.kind
  }
  const outputs = expect.filter(({ node }) => kindOf(node) !== 'sink')
  const seen = [...new Map(outputs.map((one) => [`${one.node}:${one.port}`, one])).values()]
  return { given: [...places.values()], seen, answers }
}

/** The port that is meant where none is said; throws for a node that is not there. */
function withPort(expectation: FlowTestExpectation, { flow, descriptors }: CaseParts): Expectation {
  const { node: id, port } = expectation
  if (port !== undefined) return { ...expectation, port }
  const node = flow.nodes.find((other) => other.id === id)
  const descriptor = node && descriptors.get(node.type)
  if (node === undefined || descriptor === undefined) return { ...expectation, port: 'out' }
  const ports =
    descriptor.kind === 'sink' ? descriptor.inputs : outputPorts(descriptor, node.config)
  return { ...expectation, port: ports[0]?.name ?? 'out' }
}

/** Messages by the place where they were seen. */
class Seen {
  readonly #messages = new Map<string, TestMessage[]>()

  add(node: string, port: string, message: TestMessage): void {
    const list = this.#messages.get(`${node}:${port}`) ?? []
    list.push(message)
    this.#messages.set(`${node}:${port}`, list)
  }

  at(node: string, port: string): readonly TestMessage[] {
    return this.#messages.get(`${node}:${port}`) ?? []
  }
}
