import { describe, expect, it } from 'vitest'
import { Watchdog, type WatchdogReading } from './watchdog.ts'

function watched() {
  const watchdog = new Watchdog(
    { stuckMs: 2_000, silentMs: 10_000 },
    { nowMs: 0, checkPeriodMs: 250 },
  )
  let nowMs = 0
  return {
    /** Checks every quarter of a second for so long, and gives the last verdict. */
    pass: (durationMs: number, read: (nowMs: number) => WatchdogReading) => {
      let verdict = watchdog.check(nowMs, read(nowMs))
      for (const endMs = nowMs + durationMs; nowMs < endMs;) {
        nowMs += 250
        verdict = watchdog.check(nowMs, read(nowMs))
      }
      return verdict
    },
    jump: (durationMs: number) => {
      nowMs += durationMs
    },
  }
}

describe('Watchdog', () => {
  it('finds a worker well that beats, whatever runs in it', () => {
    const { pass } = watched()
    expect(pass(60_000, (nowMs) => ({ beats: nowMs, runningNode: 3 })).state).toBe('well')
  })

  it('finds a worker late and then stuck when a node does not give back control', () => {
    const { pass } = watched()
    pass(1_000, (nowMs) => ({ beats: nowMs, runningNode: -1 }))
    const stuck = () => ({ beats: 1_000, runningNode: 3 })
    expect(pass(250, stuck).state).toBe('well')
    expect(pass(500, stuck).state).toBe('late')
    expect(pass(1_250, stuck)).toEqual({ state: 'stuck', forMs: 2_000 })
  })

  it('does not hold against a worker that others had the processors', () => {
    const { pass } = watched()
    // Of each quarter of a second it gets a tenth.
    const starved = (nowMs: number) => ({
      beats: 0,
      runningNode: 3,
      waitedMs: () => nowMs * 0.9,
      share: 1,
    })
    expect(pass(10_000, starved).state).toBe('late')
    expect(pass(10_000, starved).state).toBe('stuck')
  })

  it('is patient while no code of a node runs', () => {
    const { pass } = watched()
    const silent = () => ({ beats: 0, runningNode: -1 })
    expect(pass(9_750, silent).state).toBe('late')
    expect(pass(250, silent).state).toBe('stuck')
  })

  it('forgets the silence when the worker beats again', () => {
    const { pass } = watched()
    pass(1_750, () => ({ beats: 0, runningNode: 0 }))
    pass(250, () => ({ beats: 1, runningNode: 0 }))
    expect(pass(1_500, () => ({ beats: 1, runningNode: 0 })).state).toBe('late')
  })

  it('does not hold against the worker that the watching process stood still', () => {
    const { pass, jump } = watched()
    const stopped = () => ({ beats: 0, runningNode: 0 })
    pass(250, stopped)
    jump(3_600_000)
    expect(pass(250, stopped).state).toBe('late')
  })
})
