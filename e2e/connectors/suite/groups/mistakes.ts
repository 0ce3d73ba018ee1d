/* oxlint-disable vitest/no-conditional-tests, vitest/expect-expect -- which tests there are is up to the connector, and functions of this folder expect */
import type { Flow } from '@millrace/flow'
import { expect } from 'vitest'
import type { Connector, Mistake } from '../connector.ts'
import { sinkFlow, sourceFlow } from '../flows.ts'
import { eventually } from '../patience.ts'
import type { Stage } from '../stage.ts'
import { testIf } from '../test-if.ts'

const limitMs = 90_000

/** Whatever is set wrong, a sentence says which setting that is. */
export function testMistakes(connector: Connector, stage: () => Stage): void {
  const hasConnection = connector.nodes.connection !== undefined

  testIf(hasConnection, 'the test of a good connection passes every step', async () => {
    const { connect, testConnection } = stage()
    await connect()
    const steps = await testConnection()
    expect(steps.length).toBeGreaterThan(2)
    expect(steps.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    expect(steps.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(2)
  })

  testIf(
    connector.leavesOut?.mistakes === undefined,
    'a wrong setting is named, by the test of the connection and by the running node',
    async () => {
      const { peer } = stage()
      const { mistakes = [] } = peer
      expect(mistakes.length, 'settings that are wrong').toBeGreaterThan(0)
      const flows: Flow[] = []
      for (const mistake of mistakes) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, on the same connection
        await expectNamed(stage(), mistake, flows)
      }
      // All at once: each is given its time to write what it has.
      await Promise.all(flows.map((flow) => stage().stop(flow)))
      await stage().connect()
    },
    limitMs,
  )
}

async function expectNamed(stage: Stage, mistake: Mistake, flows: Flow[]): Promise<void> {
  const { connector, peer, live } = stage
  const { name, change, names, node = {} } = mistake
  await stage.connect(change)
  if (mistake.node === undefined && connector.nodes.connection !== undefined) {
    const steps = await stage.testConnection()
    const failed = steps.find(({ outcome }) => outcome === 'failed')
    expect(failed?.text, `${name}: the test of the connection`).toMatch(names)
  }
  if (mistake.isFoundByTestOnly === true) return
  for (const kind of ['source', 'sink', 'operator'] as const) {
    if (peer[kind] === undefined || connector.nodes[kind] === undefined) continue
    if (mistake.node !== undefined && node[kind] === undefined) continue
    const place = stage.newPlace()
    const build = kind === 'source' ? sourceFlow : sinkFlow
    const flow = build(connector, peer, { place, more: node[kind] ?? {} })
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await stage.deploy(flow)
    flows.push(flow)
    // oxlint-disable-next-line no-await-in-loop
    if (kind !== 'source') await sendOne(stage, place)
    // oxlint-disable-next-line no-await-in-loop
    await eventually(() => {
      const status = live.status('under-test')
      expect(status?.state, `${name}: the ${kind} says "${status?.text}"`).toMatch(/error|warning/)
      expect(status?.text, `${name}: the ${kind}`).toMatch(names)
    })
  }
}

/** Not waited for: it is answered when it is safe, which may be never. */
async function sendOne({ flowUrl, peer }: Stage, place: string): Promise<void> {
  const url = `${await flowUrl()}/${place}`
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ n: 0, at: 1_700_000_000_000 })
  const sent = peer.operator?.bodyOf?.(body) ?? body
  void fetch(url, { method: 'POST', headers, body: sent }).catch(() => undefined)
}
