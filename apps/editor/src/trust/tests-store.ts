import type { FlowTestCase, FlowTestResult, FlowTests } from '@millrace/flow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TrustApi } from './trust-api.ts'

export interface TestsState {
  /** Undefined until they are loaded. */
  readonly cases: readonly FlowTestCase[] | undefined
  /** By name of the case, as of the last run. */
  readonly results: ReadonlyMap<string, FlowTestResult>
  readonly running: ReadonlySet<string>
  /** Name of the case that is looked at. */
  readonly chosen: string | undefined
  /** What went wrong last, in a sentence. */
  readonly trouble: string | undefined
}

/** The tests of one open flow. What changes is saved at once. */
export interface TestsStore {
  readonly store: StoreApi<TestsState>
  load(): Promise<void>
  choose(name: string): void
  /** Adds a case, under another name where that is taken, and looks at it. */
  add(one: FlowTestCase): Promise<string | undefined>
  /** Puts a case in the place of the one of that name. */
  replace(name: string, one: FlowTestCase): Promise<void>
  remove(name: string): Promise<void>
  /** Runs all, or these, against the flow as it is drawn. */
  run(names?: readonly string[]): Promise<void>
  /** Expects of a case from now on what it gave at its last run, and runs it again. */
  accept(name: string): Promise<void>
}

export interface TestsStoreParts {
  readonly flow: string
  readonly api: Pick<TrustApi, 'tests' | 'saveTests' | 'runTests'>
  /** Saves the flow, so that the server runs what is drawn. */
  readonly saveFlow: () => Promise<unknown>
}

export function createTestsStore(parts: TestsStoreParts): TestsStore {
  return new Tests(parts)
}

/** Identity and lifecycle: what is loaded once is changed in place, and saved with every change. */
class Tests implements TestsStore {
  readonly store: StoreApi<TestsState> = createStore<TestsState>(() => ({
    cases: undefined,
    results: new Map(),
    running: new Set(),
    chosen: undefined,
    trouble: undefined,
  }))
  readonly #parts: TestsStoreParts

  constructor(parts: TestsStoreParts) {
    this.#parts = parts
  }

  async load(): Promise<void> {
    await this.#attempt(() => this.#load())
  }

  choose(chosen: string): void {
    this.store.setState({ chosen })
  }

  async add(one: FlowTestCase): Promise<string | undefined> {
    const done = await this.#attempt(async () => {
      if (this.store.getState().cases === undefined) await this.#load()
      const name = freeName(one.name, this.#cases())
      await this.#keep([...this.#cases(), { ...one, name }])
      this.store.setState({ chosen: name })
    })
    return done ? this.store.getState().chosen : undefined
  }

  async replace(name: string, one: FlowTestCase): Promise<void> {
    await this.#attempt(async () => {
      await this.#keep(this.#cases().map((other) => (other.name === name ? one : other)))
      this.store.setState(({ results }) => ({
        chosen: one.name,
        results: without(results, name),
      }))
    })
  }

  async remove(name: string): Promise<void> {
    await this.#attempt(async () => {
      await this.#keep(this.#cases().filter((one) => one.name !== name))
      this.store.setState(({ results }) => ({
        chosen: this.#cases()[0]?.name,
        results: without(results, name),
      }))
    })
  }

  async run(names = this.#cases().map(({ name }) => name)): Promise<void> {
    if (names.length === 0) return
    this.store.setState(({ running }) => ({ running: new Set([...running, ...names]) }))
    await this.#attempt(async () => {
      const { api, flow, saveFlow } = this.#parts
      await saveFlow()
      const found = await api.runTests(flow, { cases: names })
      const named = found.map((result) => [result.name, result] as const)
      this.store.setState(({ results }) => ({ results: new Map([...results, ...named]) }))
    })
    this.store.setState(({ running }) => ({
      running: new Set([...running].filter((name) => !names.includes(name))),
    }))
  }

  async accept(name: string): Promise<void> {
    const one = this.#cases().find((other) => other.name === name)
    const result = this.store.getState().results.get(name)
    if (one === undefined || result === undefined) return
    const expect = one.expect.map((expectation, index) => ({
      ...expectation,
      messages: result.got[index] ?? expectation.messages,
    }))
    await this.replace(name, { ...one, expect })
    await this.run([name])
  }

  #cases(): readonly FlowTestCase[] {
    return this.store.getState().cases ?? []
  }

  async #load(): Promise<void> {
    const { cases } = await this.#parts.api.tests(this.#parts.flow)
    this.store.setState(({ chosen }) => ({ cases, chosen: chosen ?? cases[0]?.name }))
  }

  async #keep(wanted: readonly FlowTestCase[]): Promise<void> {
    const { api, flow } = this.#parts
    const tests: FlowTests = { millrace: 1, flow, cases: wanted }
    this.store.setState({ cases: (await api.saveTests(flow, tests)).cases })
  }

  /** Does something that may be refused; of that the person is told. */
  async #attempt(task: () => Promise<void>): Promise<boolean> {
    try {
      await task()
      this.store.setState({ trouble: undefined })
      return true
    } catch (error) {
      this.store.setState({ trouble: error instanceof Error ? error.message : String(error) })
      return false
    }
  }
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const left = new Map(map)
  left.delete(key)
  return left
}

function freeName(wanted: string, taken: readonly FlowTestCase[]): string {
  const names = new Set(taken.map(({ name }) => name))
  if (!names.has(wanted)) return wanted
  for (let number = 2; ; number += 1) {
    if (!names.has(`${wanted} ${number}`)) return `${wanted} ${number}`
  }
}
