import { expect, it } from 'vitest'
import { chain } from '../supervisor/fixture.ts'
import { checkInThread } from './check-thread.ts'
import type { EngineSettings } from './messages.ts'
import { blackout } from './secrecy/redactor.ts'

const fixtures = new URL('./fixtures/node-types.ts', import.meta.url).href
const types = ['fixture/checked', 'fixture/link'].map(encodeURIComponent).join(',')

const settings: EngineSettings = {
  http: { host: '127.0.0.1', port: 0 },
  nodePackages: [`${fixtures}#${types}`],
  flowHeapMb: 64,
  processMemoryMb: 512,
  stuckMs: 2_000,
  silentMs: 10_000,
  terminateMs: 5_000,
}

const link = { id: 'l', type: 'fixture/link', name: '', config: {} }

/** A check of one node, of this type, where this is the secret of its connection. */
function check(type: string, secret: string) {
  const spec = {
    ...chain('f', ['c', type, { link: 'l', does: 'throw' }]),
    connections: [link],
    secrets: { 'connection/l': { password: secret } },
  }
  return checkInThread(JSON.stringify({ spec, nodes: ['c'] }), settings)
}

it('tells what it finds without secrets', async () => {
  const found = await check('checked', 'thrown by the fixture')
  expect(found).toMatchObject({ kind: 'checked', problems: [{ code: 'NODE_UNCHECKED' }] })
  expect(JSON.stringify(found)).toContain(`could not be checked: ${blackout}`)
  expect(JSON.stringify(await check('checked', 'another secret'))).toContain('by the fixture')
})

it('tells why it failed without secrets', async () => {
  const failed = check('nobody-knows', 'fixture/nobody-knows')
  await expect(failed).rejects.toMatchObject({ refusal: { code: 'NODES_CHECK_FAILED' } })
  await expect(failed).rejects.toThrow(blackout)
  await expect(failed).rejects.not.toThrow('nobody-knows')
})
