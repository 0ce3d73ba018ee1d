import type { EditorApi } from './api.ts'
import type { Clock } from './surroundings.ts'

/** Names that tests of connections find, such as those of topics. */
export interface Findings {
  /** Those of a step, once it has come; none where the test does not come so far. */
  found(id: string, step: string): Promise<readonly string[]>
  /** Something has changed: the next one to ask has it tested again. */
  forget(): void
}

/** How long after a test, in milliseconds, what it found is taken to be true. */
export const keptMs = 10_000

interface FindingsParts {
  readonly api: Pick<EditorApi, 'testConnection'>
  readonly clock: Clock
}

export function createFindings({ api, clock }: FindingsParts): Findings {
  const tests = new Map<string, SharedTest>()
  const begin = (id: string): SharedTest => {
    const test = new SharedTest((onStep) => api.testConnection(id, onStep))
    const drop = () => {
      if (tests.get(id) === test) tests.delete(id)
    }
    tests.set(id, test)
    void test.over.then((isWhole) => (isWhole ? clock.after(keptMs, drop) : drop()))
    return test
  }
  return {
    found: (id, step) => (tests.get(id) ?? begin(id)).found(step),
    forget: () => tests.clear(),
  }
}

type RunTest = (
  onStep: Parameters<EditorApi['testConnection']>[1],
) => ReturnType<EditorApi['testConnection']>

/** One test of a connection for all that ask meanwhile. */
class SharedTest {
  /** Says whether all of it went well. Never rejects. */
  readonly over: Promise<boolean>
  private readonly steps = new Map<string, PromiseWithResolvers<readonly string[]>>()
  private isOver = false

  constructor(run: RunTest) {
    this.over = this.follow(run)
  }

  found(step: string): Promise<readonly string[]> {
    const wanted = this.step(step)
    if (this.isOver) wanted.resolve([])
    return wanted.promise
  }

  private async follow(run: RunTest): Promise<boolean> {
    let isWhole = true
    try {
      await run(({ step, outcome, found = [] }) => {
        if (outcome === 'failed') isWhole = false
        this.step(step).resolve(found)
      })
    } catch {
      isWhole = false
    }
    this.isOver = true
    for (const step of this.steps.values()) step.resolve([])
    return isWhole
  }

  private step(name: string): PromiseWithResolvers<readonly string[]> {
    const step = this.steps.get(name) ?? Promise.withResolvers<readonly string[]>()
    this.steps.set(name, step)
    return step
  }
}
