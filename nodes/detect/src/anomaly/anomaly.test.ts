import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { anomaly } from './operator.ts'

const config = { value: ({ payload }: Message) => (payload as number | null) ?? null, warmUp: 4 }

interface Judgement {
  readonly isAnomaly: boolean
  readonly score: number | null
  readonly expected: number | null
  readonly low: number | null
  readonly high: number | null
}

function send(node: TestRun, payloads: readonly unknown[], stepMs = 1000): Judgement[] {
  const from = node.time.clock.now()
  for (const [index, payload] of payloads.entries()) {
    node.send({ payload, topic: 'a', time: from + index * stepMs })
  }
  return node.take().map((message) => message['anomaly'] as Judgement)
}

const scores = (judgements: readonly Judgement[]) => judgements.map(({ score }) => score)
const repeat = (values: readonly number[], times: number) =>
  Array.from({ length: times }, () => values).flat()

describe('anomaly', () => {
  it('learns first, then gives each value its distance in standard deviations', () => {
    const node = run(anomaly, config)
    const judged = send(node, [1, 3, 1, 3, 3, 20])
    expect(scores(judged.slice(0, 4))).toEqual([null, null, null, null])
    expect(judged[4]?.score).toBeCloseTo(1 / Math.sqrt(4 / 3), 12)
    expect(judged[5]).toMatchObject({ isAnomaly: true, expected: 2.2 })
  })

  it('sends anomalies out by a port of their own, with the limits', () => {
    const node = run(anomaly, { ...config, deviationMin: 2 })
    for (const payload of [5, 5, 5, 5, 12, 11]) node.send({ payload, topic: 'a' })
    const limits = { expected: 5, low: -1, high: 11 }
    expect(node.emitted('normal')).toHaveLength(5)
    expect(node.emitted('normal').at(-1)?.['anomaly']).toEqual({
      isAnomaly: false,
      score: 3,
      ...limits,
    })
    expect(node.emitted('anomaly')).toMatchObject([
      { payload: 12, topic: 'a', anomaly: { isAnomaly: true } },
    ])
  })

  it('has a finite score where nothing ever deviated', () => {
    expect(scores(send(run(anomaly, config), [7, 7, 7, 7, 7, 7.1])).slice(4)).toEqual([0, 1e6])
    expect(scores(send(run(anomaly, { ...config, method: 'mad' }), [7, 7, 7, 7, 6])).at(-1)).toBe(
      -1e6,
    )
  })

  it('scores by the median', () => {
    const node = run(anomaly, { ...config, method: 'mad', warmUp: 7, threshold: 3.5 })
    const judged = send(node, [1, 1, 2, 2, 4, 6, 9, 7.2])
    expect(judged.at(-1)).toMatchObject({ expected: 2, isAnomaly: true })
    expect(judged.at(-1)?.score).toBeCloseTo(0.6745 * 5.2, 12)
  })

  it('follows a level that drifts', () => {
    const node = run(anomaly, { ...config, method: 'ewma', weight: 0.2, warmUp: 20 })
    const drift = Array.from({ length: 300 }, (_, n) => n * 0.1 + (n % 2))
    expect(send(node, drift).some(({ isAnomaly }) => isAnomaly)).toBe(false)
    expect(send(node, [60])[0]?.isAnomaly).toBe(true)
  })

  it('knows what is usual at each time of the season', () => {
    const season = { method: 'baseline', seasonMs: 4000, slots: 4, warmUp: 3 }
    const node = run(anomaly, { ...config, ...season, deviationMin: 0.5 }, { startMs: 8000 })
    expect(send(node, repeat([0, 10, 0, 50], 5)).every(({ isAnomaly }) => !isAnomaly)).toBe(true)
    expect(send(node, [0, 50, 0, 10]).map(({ isAnomaly }) => isAnomaly)).toEqual([
      false,
      true,
      false,
      true,
    ])
  })

  it('foresees trend and season exactly where they are exact', () => {
    const series = Array.from({ length: 60 }, (_, n) => 5 + 0.5 * n + [3, -1, -2, 0][n % 4]!)
    const node = run(anomaly, { ...config, method: 'holtWinters', seasonMessages: 4 })
    const judged = send(node, series)
    expect(scores(judged.slice(0, 8))).toEqual(Array.from({ length: 8 }, () => null))
    for (const [n, { expected }] of judged.entries()) {
      if (n >= 8) expect(expected).toBeCloseTo(series[n] ?? NaN, 6)
    }
  })

  it('goes on in the season while an anomaly is left out', () => {
    const wave = (n: number): number => 10 * Math.sin((n * Math.PI) / 4) + (n % 3) * 0.1
    const settings = { method: 'holtWinters', seasonMessages: 24, deviationMin: 0.1 }
    const node = run(anomaly, { ...config, ...settings, threshold: 10 })
    const series = Array.from({ length: 120 }, (_, n) => (n === 80 || n === 81 ? 99 : wave(n)))
    const found = send(node, series).flatMap(({ isAnomaly }, n) => (isAnomaly ? [n] : []))
    expect(found).toEqual([80, 81])
  })

  it.each([
    ['both', [true, true]],
    ['above', [true, false]],
    ['below', [false, true]],
  ])('tells values that are off in the direction %s', (direction, wanted) => {
    const judged = send(run(anomaly, { ...config, direction }), [...repeat([1, 2], 5), 50, -50])
    expect(judged.slice(-2).map(({ isAnomaly }) => isAnomaly)).toEqual(wanted)
  })

  it('learns from anomalies only when it is told to', () => {
    const values = [...repeat([1, 2], 5), ...repeat([50, 51], 20)]
    const count = (freezes: boolean) =>
      send(run(anomaly, { ...config, freezes }), values).filter(({ isAnomaly }) => isAnomaly).length
    expect(count(true)).toBe(40)
    expect(count(false)).toBeLessThan(10)
  })

  it('begins anew after so many anomalies in a row', () => {
    const node = run(anomaly, { ...config, relearnAfter: 3 })
    const judged = send(node, [...repeat([1, 2], 5), 50, 51, 50, 51, 50, 51, 50, 51])
    expect(judged.slice(10).map(({ score }) => score !== null && Math.abs(score) > 3)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
    expect(scores(judged.slice(13, 17))).toEqual([null, null, null, null])
  })

  it('fails what is no number, and learns nothing from it', () => {
    const node = run(anomaly, config)
    expect(send(node, [1, 2, null, 'x', 1, 2, 2])).toHaveLength(5)
    expect(node.failures()).toHaveLength(2)
  })

  it('keeps what it learned under another threshold, and not under another method', () => {
    const node = run(anomaly, { ...config, method: 'ewma' })
    send(node, repeat([1, 2], 5))
    const snapshot = node.snapshot()
    const same = run(anomaly, { ...config, method: 'ewma', threshold: 1 }, { snapshot })
    expect(send(same, [9])).toMatchObject([{ isAnomaly: true }])
    const other = run(anomaly, { ...config, method: 'mad' }, { snapshot })
    expect(send(other, [9])).toMatchObject([{ isAnomaly: false, score: null }])
  })

  it('judges the same over restarts at any time, by every method', () => {
    const methods = fc.constantFrom('zscore', 'mad', 'ewma', 'baseline', 'holtWinters')
    const steps = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.boolean()))
    fc.assert(
      fc.property(methods, steps, fc.boolean(), (method, given, freezes) => {
        const settings = { method, messages: 6, seasonMessages: 3, seasonMs: 3000, slots: 3 }
        const open = () => run(anomaly, { ...config, ...settings, freezes, threshold: 1 })
        const [plain, restored] = [open(), open()]
        for (const [at, [payload, restores]] of given.entries()) {
          const message = { payload, topic: 'a', time: at * 1000 }
          plain.send(message)
          restored.send(message)
          if (restores) restored.restore(restored.snapshot())
        }
        expect(restored.emitted('anomaly')).toEqual(plain.emitted('anomaly'))
        expect(restored.emitted('normal')).toEqual(plain.emitted('normal'))
      }),
      { numRuns: 60 },
    )
  })
})
