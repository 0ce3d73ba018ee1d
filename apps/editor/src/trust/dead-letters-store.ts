import type { TestMessage } from '@millrace/flow'
import type { DeadLetterInfo } from '@millrace/protocol'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TrustApi } from './trust-api.ts'

export interface LettersState {
  /** The newest first; undefined until they are loaded. */
  readonly letters: readonly DeadLetterInfo[] | undefined
  readonly kept: number
  readonly dropped: number
  /** Numbers of those that are ticked. */
  readonly ticked: ReadonlySet<number>
  /** Number of the one that is looked at. */
  readonly chosen: number | undefined
  readonly trouble: string | undefined
  readonly isBusy: boolean
}

export interface LettersStore {
  readonly store: StoreApi<LettersState>
  load(): Promise<void>
  loadMore(): Promise<void>
  choose(number: number): void
  tick(number: number, isTicked: boolean): void
  tickAll(isTicked: boolean): void
  fix(number: number, message: TestMessage): Promise<void>
  replay(numbers: readonly number[]): Promise<void>
  remove(numbers: readonly number[]): Promise<void>
}

type Api = Pick<TrustApi, 'deadLetters' | 'fixLetter' | 'replayLetters' | 'removeLetters'>

export function createLettersStore(flow: string, api: Api): LettersStore {
  return new Letters(flow, api)
}

/** Identity and lifecycle: what the server has, and what a person has ticked of it. */
class Letters implements LettersStore {
  readonly store: StoreApi<LettersState> = createStore<LettersState>(() => ({
    letters: undefined,
    kept: 0,
    dropped: 0,
    ticked: new Set(),
    chosen: undefined,
    trouble: undefined,
    isBusy: false,
  }))
  readonly #flow: string
  readonly #api: Api

  constructor(flow: string, api: Api) {
    this.#flow = flow
    this.#api = api
  }

  /** Comes again and again, and takes nothing away that a person still reads. */
  async load(): Promise<void> {
    try {
      await this.#load()
    } catch (error) {
      this.store.setState({ trouble: sentenceOf(error) })
    }
  }

  async loadMore(): Promise<void> {
    await this.#attempt(async () => {
      const known = this.store.getState().letters ?? []
      const { letters, kept, dropped } = await this.#api.deadLetters(
        this.#flow,
        known.at(-1)?.number,
      )
      this.store.setState({ letters: [...known, ...letters], kept, dropped })
    })
  }

  choose(chosen: number): void {
    this.store.setState({ chosen })
  }

  tick(number: number, isTicked: boolean): void {
    this.store.setState(({ ticked }) => {
      const next = new Set(ticked)
      if (isTicked) next.add(number)
      else next.delete(number)
      return { ticked: next }
    })
  }

  tickAll(isTicked: boolean): void {
    this.store.setState(({ letters = [] }) => ({
      ticked: new Set(isTicked ? letters.map(({ number }) => number) : []),
    }))
  }

  async fix(number: number, message: TestMessage): Promise<void> {
    await this.#attempt(async () => {
      const fixed = await this.#api.fixLetter(this.#flow, number, message)
      this.store.setState(({ letters = [] }) => ({
        letters: letters.map((letter) => (letter.number === number ? fixed : letter)),
      }))
    })
  }

  /** In the order in which they failed. */
  async replay(numbers: readonly number[]): Promise<void> {
    await this.#attempt(async () => {
      await this.#api.replayLetters(
        this.#flow,
        numbers.toSorted((one, other) => one - other),
      )
      await this.#load()
    })
  }

  async remove(numbers: readonly number[]): Promise<void> {
    await this.#attempt(async () => {
      await this.#api.removeLetters(this.#flow, numbers)
      await this.#load()
    })
  }

  /** What is gone is neither ticked nor looked at any more. */
  async #load(): Promise<void> {
    const { letters, kept, dropped } = await this.#api.deadLetters(this.#flow)
    this.store.setState(({ ticked, chosen, letters: before = [] }) => {
      const oldest = letters.at(-1)?.number ?? 0
      const older = letters.length < kept ? before.filter(({ number }) => number < oldest) : []
      const all = [...letters, ...older]
      const there = new Set(all.map(({ number }) => number))
      return {
        letters: all,
        kept,
        dropped,
        ticked: new Set([...ticked].filter((number) => there.has(number))),
        chosen: chosen !== undefined && there.has(chosen) ? chosen : all[0]?.number,
      }
    })
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    this.store.setState({ isBusy: true })
    try {
      await task()
      this.store.setState({ trouble: undefined })
    } catch (error) {
      this.store.setState({ trouble: sentenceOf(error) })
    }
    this.store.setState({ isBusy: false })
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
