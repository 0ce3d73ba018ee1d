import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Connector, ProductPlaces } from '../suite/connector.ts'

const shell = promisify(execFile)
const user = { name: 'plant', password: 'a-right-password-of-influx' }

export const telegrafInflux: Connector = {
  system: 'Telegraf in',
  against: 'the influx shell 1.6',
  services: ['influx'],
  nodes: { source: 'telegraf/in' },
  leavesOut: {
    server: 'senders come to us',
    mistakes: 'whoever calls in has the address, and a flow with a taken path does not start',
    'raw payloads': 'line protocol has a form of its own',
    pressure: 'the shell does not wait: it says what was refused, and ends',
  },
  open: (places) =>
    Promise.resolve({
      source: {
        // The shell knows the roots of servers only.
        config: () => ({ prefix: '', admission: 'basic', admitUser: user.name }),
        secrets: { admitPassword: user.password },
        write: (place, numbers) => importAll(places, place, numbers),
        // A point, as the node makes it.
        numberIn: (payload) => (payload as { readonly fields: { n: number } }).fields.n,
      },
    }),
}

/** A file that the shell imports; where it fails, nothing of it is certain to be there. */
async function importAll(
  { flowUrl }: ProductPlaces,
  place: string,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-import-'))
  const file = join(folder, 'points.txt')
  const { hostname, port } = new URL(await flowUrl())
  const head = ['# DML', `# CONTEXT-DATABASE: ${place}`]
  const lines = numbers.map((n) => `suite n=${n}i ${1_700_000_000_000 + n}`)
  await writeFile(file, `${[...head, ...lines].join('\n')}\n`)
  const sign = ['-username', user.name, '-password', user.password]
  const what = ['-import', '-path', file, '-precision', 'ms']
  try {
    const { stdout, stderr } = await shell('influx', [
      '-host',
      hostname,
      '-port',
      port,
      ...sign,
      ...what,
    ])
    return /Failed 0 inserts/.test(stdout + stderr) ? numbers : []
  } catch {
    // The engine is gone for a moment.
    return []
  } finally {
    await rm(folder, { recursive: true })
  }
}
