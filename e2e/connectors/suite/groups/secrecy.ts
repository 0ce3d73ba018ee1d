/* oxlint-disable vitest/no-conditional-tests, vitest/expect-expect -- which tests there are is up to the connector, and functions of this folder expect */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Connector } from '../connector.ts'
import type { Stage } from '../stage.ts'
import { testIf } from '../test-if.ts'

/** A secret that was set is found nowhere: not in what was said, shown, exported or kept. */
export function testSecrecy({ leavesOut = {} }: Connector, stage: () => Stage): void {
  testIf(leavesOut.secrets === undefined, 'secrets are nowhere to be found', async () => {
    const secrets = secretsOf(stage())
    expect(secrets.length, 'secrets').toBeGreaterThan(0)
    const { product, live } = stage()
    const { api } = product
    const asked = ['/export', '/connections', '/flows', '/secrets', '/alerts', '/status']
    const answers = await Promise.all(asked.map(async (path) => [path, await api.ask('GET', path)]))
    const said: [string, string][] = [
      ['the output of the server', product.log()],
      ['the live channel', live.said()],
      ...answers.map(([path, answer]) => [`GET ${String(path)}`, JSON.stringify(answer)] as const),
      ...(await filesBelow(product.userDirectory)),
    ].map(([where, text]) => [where, text])
    expect(live.said().length).toBeGreaterThan(1_000)
    for (const secret of secrets) {
      for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]) {
        const found = said.filter(([, text]) => text.includes(form)).map(([where]) => where)
        expect(found, `"${form.slice(0, 4)}…" is in`).toEqual([])
      }
    }
  })
}

function secretsOf({ peer }: Stage): readonly string[] {
  const wrong = (peer.mistakes ?? []).map(({ change }) => change.secrets ?? {})
  const { connection, source, sink } = peer
  const right = [connection, source, sink].map((one) => one?.secrets ?? {})
  const all = [...right, ...wrong].flatMap((one) => Object.values(one))
  for (const secret of all) expect(secret.length, 'too short to be looked for').toBeGreaterThan(7)
  return all
}

async function filesBelow(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(
    files.map(async ({ parentPath, name }): Promise<[string, string]> => {
      const path = join(parentPath, name)
      return [path.slice(folder.length), await readFile(path, 'latin1').catch(() => '')]
    }),
  )
}
