import { sink } from '@millrace/sdk'
import { describe as descriptor } from '@millrace/sdk/descriptor'
import { describe, expect, test } from 'vitest'
import { CrashBench, specOf, testNode as node } from '../testing/index.ts'

const counting = specOf(
  [node('in', 'intake'), node('count', 'count'), node('out', 'sink')],
  ['in > count', 'count > out'],
)
const latered = specOf(
  [node('in', 'intake'), node('later', 'later'), node('count', 'count'), node('out', 'sink')],
  ['in > later', 'later > count', 'count > out'],
)

describe('epochs', () => {
  test('store each second what changed, and nothing when nothing did', async () => {
    const bench = await new CrashBench(counting).start()
    bench.host.advance(1_000)
    expect(bench.disk.epochs.commits).toBe(1)
    bench.host.advance(5_000)
    expect(bench.disk.epochs.commits).toBe(1)
    bench.take(1, { key: 'a' })
    bench.host.advance(1_000)
    expect(bench.disk.epochs.commits).toBe(2)
    expect(bench.disk.epochs.value('count', 'counts', 'a')).toBe(1)
    expect(bench.deployment.durability()).toMatchObject({ epoch: 2, error: undefined })
  })

  test('leave nothing out and count nothing twice when the flow crashes between them', async () => {
    const bench = await new CrashBench(counting).start()
    bench.take(1, { key: 'a' })
    bench.take(2, { key: 'b' })
    bench.host.advance(1_000)
    bench.take(3, { key: 'a' })
    bench.disk.sync()
    await bench.crash()
    expect(bench.counts()).toEqual([
      ['a', 2],
      ['b', 1],
    ])
    expect(bench.payloads).toEqual([3])
  })

  test('know of no record that a crash takes from the log', async () => {
    const bench = await new CrashBench(counting).start()
    const first = bench.take(1, { key: 'a' })
    expect(first.settled).toBe(0)
    bench.host.advance(1_000)
    expect(first.settled).toBe(1)
    const second = bench.take(2, { key: 'a' })
    await bench.crash()
    expect(second.settled).toBe(0)
    expect(bench.counts()).toEqual([['a', 1]])
  })

  test('that cannot be stored are told once, and stored with the next', async () => {
    const bench = await new CrashBench(counting).start()
    bench.take(1, { key: 'a' })
    bench.disk.fail(new Error('The disk is full.'))
    bench.host.advance(3_000)
    bench.take(2, { key: 'b' })
    const errors = bench.host.entries.filter(({ level }) => level === 'error')
    expect(errors.map(({ text }) => text)).toEqual([
      'The state of the flow could not be stored, which is tried again: The disk is full.',
    ])
    expect(bench.deployment.durability()?.error).toBe('The disk is full.')
    bench.disk.fail(undefined)
    bench.host.advance(1_000)
    expect(bench.deployment.durability()?.error).toBe(undefined)
    await bench.crash()
    expect(bench.counts()).toEqual([
      ['a', 1],
      ['b', 1],
    ])
  })

  test('leave out what cannot be stored, and say so', async () => {
    const bench = await new CrashBench(latered).start()
    bench.nodes.source('in').emit({ payload: () => undefined, key: 'a' }, { payload: 2, key: 'b' })
    bench.host.advance(1_000)
    expect(bench.host.entries.map(({ node }) => node)).toEqual(['later'])
    await bench.crash()
    expect(bench.waiting.map(({ message }) => message.payload)).toEqual([2])
  })

  test('are stored whatever a message does when somebody looks into it, and however many do', async () => {
    const bench = await new CrashBench(latered).start()
    const payload = {
      get value(): never {
        throw new Error('Not now.')
      },
    }
    bench.nodes.source('in').emit({ payload }, { payload: 2 }, { payload })
    bench.host.advance(1_000)
    expect(bench.deployment.durability()).toMatchObject({ epoch: 1, error: undefined })
    expect(bench.host.entries.map(({ text }) => text)).toEqual([
      'After a crash a message it holds and 1 more will be missing: it contains what cannot be stored.',
    ])
    await bench.crash()
    expect(bench.waiting.map(({ message }) => message.payload)).toEqual([2])
  })

  test('end as the deployment stops, and the next start goes on from there', async () => {
    const bench = await new CrashBench(counting).start()
    bench.take(1, { key: 'a' })
    await bench.deployment.stop({ drainMs: 100 })
    await bench.crash()
    expect(bench.counts()).toEqual([['a', 1]])
    expect(bench.payloads).toEqual([])
  })

  test('ask nodes to prepare, and tell them once all is stored', async () => {
    const seen: string[] = []
    const committing = sink(
      descriptor({
        type: 'test/committing',
        version: 1,
        title: 'Test',
        summary: 'For this test.',
        category: 'sinks',
        icon: 'circle',
        kind: 'sink',
        inputs: [{ name: 'in', title: 'In' }],
        outputs: [],
        fields: {},
      }),
      ({ state }) => {
        const pending = state.map<unknown>('pending')
        return {
          onMessage: (message) => void seen.push(`got ${String(message.payload)}`),
          beforeEpoch: () => {
            seen.push('prepared')
            pending.set('file', 'a')
          },
          afterEpoch: () => void seen.push('stored'),
        }
      },
    )
    const spec = specOf([node('in', 'intake'), node('out', 'committing')], ['in > out'])
    const bench = new CrashBench(spec)
    bench.types = [committing]
    await bench.start()
    // A node that prepares begins with an epoch of its own.
    bench.host.advance(1_000)
    seen.length = 0
    bench.take(1)
    bench.disk.fail(new Error('no'))
    bench.host.advance(1_000)
    expect(seen).toEqual(['got 1', 'prepared'])
    bench.disk.fail(undefined)
    bench.host.advance(1_000)
    expect(seen).toEqual(['got 1', 'prepared', 'prepared', 'stored'])
  })

  test('keep the state of changed nodes and forget that of removed ones', async () => {
    const bench = await new CrashBench(counting).start()
    bench.take(1, { key: 'a' })
    await bench.deployment.update(
      specOf(
        [node('in', 'intake'), node('count', 'count', { tag: 'new' }), node('out', 'sink')],
        ['in > count', 'count > out'],
      ),
    )
    expect(bench.disk.epochs.value('count', 'counts', 'a')).toBe(1)
    await bench.deployment.update(specOf([node('in', 'intake')], []))
    expect(bench.disk.epochs.maps('count')).toEqual([])
    await bench.deployment.update(counting)
    bench.take(2, { key: 'a' })
    await bench.deployment.stop({ drainMs: 0 })
    await bench.crash()
    expect(bench.counts()).toEqual([['a', 1]])
  })

  test('forget the state of a node that became one of another type', async () => {
    const bench = await new CrashBench(counting).start()
    bench.take(1, { key: 'a' })
    bench.host.advance(1_000)
    bench.spec = specOf(
      [node('in', 'intake'), node('count', 'sink'), node('out', 'sink')],
      ['in > count'],
    )
    await bench.crash()
    bench.host.advance(1_000)
    expect(bench.disk.epochs.maps('count')).toEqual([])
  })
})

describe('held messages', () => {
  test('are given to their node again after a crash', async () => {
    const bench = await new CrashBench(latered).start()
    for (const payload of [1, 2, 3]) bench.take(payload, { key: 'a' })
    bench.waiting[1]?.finish()
    bench.host.advance(1_000)
    await bench.crash()
    expect(bench.waiting.map(({ message }) => message.payload)).toEqual([1, 3])
    for (const { finish } of bench.waiting) finish()
    expect(bench.counts()).toEqual([['a', 3]])
    bench.host.advance(1_000)
    expect(bench.disk.epochs.last()?.held).toEqual([])
  })

  test('that were not stored are made again from the log', async () => {
    const bench = await new CrashBench(latered).start()
    bench.take(1, { key: 'a' })
    bench.host.advance(1_000)
    bench.waiting[0]?.finish()
    bench.take(2, { key: 'a' })
    bench.disk.sync()
    await bench.crash()
    expect(bench.waiting.map(({ message }) => message.payload)).toEqual([1, 2])
  })

  test('stay stored over any number of crashes', async () => {
    const bench = await new CrashBench(latered).start()
    bench.take(1)
    bench.host.advance(1_000)
    for (let round = 0; round < 3; round += 1) {
      await bench.crash()
      expect(bench.waiting).toHaveLength(1)
      bench.host.advance(2_000)
    }
    expect(bench.deployment.durability()?.heldMessages).toBe(1)
  })

  test('go to the changed node when the one before did not deal with them', async () => {
    const bench = await new CrashBench(latered).start()
    bench.take(1, { key: 'a' })
    const changed = specOf(
      latered.flow.nodes.map((one) =>
        one.id === 'later' ? { ...one, config: { tag: 'x' } } : one,
      ),
      ['in > later', 'later > count', 'count > out'],
    )
    const updating = bench.deployment.update(changed)
    await Promise.resolve()
    bench.host.advance(10_000)
    await updating
    expect(bench.waiting).toHaveLength(2)
    bench.waiting[1]?.finish()
    expect(bench.counts()).toEqual([['a', 1]])
    bench.host.advance(1_000)
    expect(bench.disk.epochs.last()?.held).toEqual([])
  })

  test('keep back the time that came after them, also after a crash', async () => {
    const times: number[] = []
    const listener = sink(
      descriptor({
        type: 'test/listener',
        version: 1,
        title: 'Test',
        summary: 'For this test.',
        category: 'sinks',
        icon: 'circle',
        kind: 'sink',
        inputs: [{ name: 'in', title: 'In' }],
        outputs: [],
        fields: {},
      }),
      () => ({
        onMessage: (message) => void times.push(Number(message.time)),
        onWatermark: (time) => void times.push(time),
      }),
    )
    const spec = specOf(
      [
        node('in', 'intake', { eventTime: 'payload' }),
        node('later', 'later'),
        node('end', 'listener'),
      ],
      ['in > later', 'later > end'],
    )
    const bench = new CrashBench(spec)
    bench.types = [listener]
    await bench.start()
    for (const payload of [10, 20]) bench.take(payload)
    bench.waiting[0]?.finish()
    bench.host.advance(1_000)
    await bench.crash()
    times.length = 0
    bench.take(30)
    expect(times).toEqual([])
    for (const { finish } of bench.waiting) finish()
    expect(times).toEqual([20, 19, 30, 29])
  })
})
