import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConnectionDocument, Flow } from '@millrace/flow'
import { call, freePort, until, type Peer } from './peer.ts'

/** What `npm start` gives it too. */
const flags = ['--max-semi-space-size=2']
const main = fileURLToPath(new URL('../../../apps/server/bin/millrace.mjs', import.meta.url))

/** `more` are further options of the command. */
export async function startMillrace(more: readonly string[] = []): Promise<Peer> {
  const userDir = mkdtempSync(join(tmpdir(), 'bench-millrace-'))
  const [port, flowPort] = [await freePort(), await freePort()]
  const spawnedAt = performance.now()
  const options = [
    '--port',
    String(port),
    '--flow-port',
    String(flowPort),
    '--user-dir',
    userDir,
    '--no-demo',
    ...more,
  ]
  const child = spawn(process.execPath, [...flags, main, 'start', ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  await until('Millrace', 30_000, async () =>
    (await fetch(`${url}/api/flows`)).ok ? true : undefined,
  )
  return {
    name: 'millrace',
    pid: child.pid ?? 0,
    url,
    flowUrl: `http://127.0.0.1:${flowPort}`,
    startedInMs: performance.now() - spawnedAt,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(userDir, { recursive: true, force: true })
          resolve()
        })
        child.kill('SIGTERM')
        setTimeout(() => child.kill('SIGKILL'), 10_000).unref()
      }),
  }
}

/** Saves the flow under its name, whatever was there, and deploys it. */
export async function deployMillrace(
  peer: Peer,
  flow: Flow,
  connections: readonly ConnectionDocument[] = [],
): Promise<void> {
  for (const connection of connections) {
    await call('PUT', `${peer.url}/api/connections/${connection.id}`, connection)
  }
  const known = await fetch(`${peer.url}/api/flows/${flow.name}`)
  if (!known.ok) await call('POST', `${peer.url}/api/flows`, { name: flow.name, title: flow.title })
  await call('PUT', `${peer.url}/api/flows/${flow.name}`, { flow })
  await call('POST', `${peer.url}/api/flows/${flow.name}/deploy`, {})
}
