import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StartGate } from './start-gate.ts'

/** Starts that end when they are told to. */
function startsThrough(gate: StartGate) {
  const started: string[] = []
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const start = (name: string): Promise<void> => {
    const end = Promise.withResolvers<void>()
    ends.set(name, end)
    return gate.run(() => {
      started.push(name)
      return end.promise
    })
  }
  return { started, start, end: (name: string) => ends.get(name) }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('the gate for starts', () => {
  it('lets so many through at a time, and the others after in their order', async () => {
    const { started, start, end } = startsThrough(new StartGate({ places: 2, patienceMs: 100 }))
    const all = ['a', 'b', 'c', 'd'].map((name) => start(name))
    await vi.advanceTimersByTimeAsync(0)
    expect(started).toEqual(['a', 'b'])
    end('b')?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(started).toEqual(['a', 'b', 'c'])
    for (const name of ['a', 'c', 'd']) end(name)?.resolve()
    await Promise.all(all)
    expect(started).toEqual(['a', 'b', 'c', 'd'])
  })

  it('passes a failure on, and the place too', async () => {
    const { started, start, end } = startsThrough(new StartGate({ places: 1, patienceMs: 100 }))
    const [first] = [start('a'), start('b')]
    end('a')?.reject(new Error('no'))
    await expect(first).rejects.toThrow('no')
    expect(started).toEqual(['a', 'b'])
  })

  it('does not wait for a start that takes long, and counts it once', async () => {
    const { started, start, end } = startsThrough(new StartGate({ places: 1, patienceMs: 100 }))
    void start('a')
    void start('b')
    void start('c')
    await vi.advanceTimersByTimeAsync(100)
    expect(started).toEqual(['a', 'b'])
    end('a')?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(started).toEqual(['a', 'b'])
  })
})
