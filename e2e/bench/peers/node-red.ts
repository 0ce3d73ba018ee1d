import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { call, freePort, until, type Peer } from './peer.ts'

const version = '5.0.7'
const home = fileURLToPath(new URL('../../../.cache/node-red', import.meta.url))

/** Installs Node-RED into a folder of its own, once. */
export function installNodeRed(): void {
  if (existsSync(join(home, 'node_modules/node-red/package.json'))) return
  process.stdout.write(`installing node-red ${version} for comparison …\n`)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"private":true}\n')
  execFileSync('npm', ['install', '--no-fund', '--no-audit', `node-red@${version}`], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

export async function startNodeRed(): Promise<Peer> {
  const userDir = mkdtempSync(join(tmpdir(), 'bench-node-red-'))
  const port = await freePort()
  const settings = `module.exports = { uiPort: ${port}, uiHost: '127.0.0.1', flowFile: 'flows.json', credentialSecret: 'bench',
    telemetry: { enabled: false, updateNotification: false }, logging: { console: { level: 'error' } }, editorTheme: { tours: false } }\n`
  writeFileSync(join(userDir, 'settings.js'), settings)
  writeFileSync(join(userDir, 'flows.json'), '[]')
  const red = createRequire(join(home, 'package.json')).resolve('node-red/red.js')
  const spawnedAt = performance.now()
  const child = spawn(process.execPath, [red, '-u', userDir, '-s', join(userDir, 'settings.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_RED_DISABLE_TELEMETRY: '1' },
  })
  const url = `http://127.0.0.1:${port}`
  await until('Node-RED', 30_000, async () => ((await fetch(`${url}/flows`)).ok ? true : undefined))
  return {
    name: 'node-red',
    pid: child.pid ?? 0,
    url,
    flowUrl: url,
    startedInMs: performance.now() - spawnedAt,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          rmSync(userDir, { recursive: true, force: true })
          resolve()
        })
        child.kill('SIGKILL')
      }),
  }
}

export async function deployNodeRed(
  peer: Peer,
  flows: readonly object[],
  type: 'full' | 'flows' | 'nodes' = 'full',
): Promise<void> {
  await call('POST', `${peer.url}/flows`, flows, { 'node-red-deployment-type': type })
}
