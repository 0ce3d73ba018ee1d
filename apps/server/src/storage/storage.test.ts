import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { emptyFlow } from '@millrace/flow'
import { MemoryDisk } from '../testing/memory-disk.ts'
import { openTestServer } from '../testing/test-server.ts'
import { AtomicFiles } from './atomic-files.ts'
import { realDisk } from './disk.ts'
import { lockDirectory } from './directory-lock.ts'
import { SecretFile } from './secret-file.ts'
import { openUserDirectory } from './user-directory.ts'
import { VersionFiles } from './version-files.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-storage-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const owner = { isOwner: true }

describe('a file', () => {
  test('is the old or the new one, whatever operation fails', async () => {
    for (let failsAt = 1; failsAt <= 4; failsAt += 1) {
      const disk = new MemoryDisk()
      const files = new AtomicFiles(disk, owner)
      disk.plant('/d/a.json', 'old')
      disk.failsAt = failsAt
      const outcome = await files.write('/d/a.json', 'new').then(
        () => 'written',
        (error: unknown) => error,
      )
      const text = await disk.read('/d/a.json')
      expect(['old', 'new']).toContain(text)
      if (outcome === 'written') expect(text).toBe('new')
      else expect(outcome).toMatchObject({ code: 'STORAGE_WRITE_FAILED' })
      disk.cutPower()
      expect(await disk.read('/d/a.json')).toBe(outcome === 'written' ? 'new' : 'old')
    }
  })

  test('that was written outlives a power cut at once', async () => {
    const disk = new MemoryDisk()
    const files = new AtomicFiles(disk, owner)
    await files.write('/d/a.json', 'one')
    await files.write('/d/a.json', 'two')
    disk.cutPower()
    expect(await disk.read('/d/a.json')).toBe('two')
    expect(disk.names()).toEqual(['/d/a.json'])
  })

  test('says that the disk is full', async () => {
    const disk = new MemoryDisk()
    disk.failsAt = 1
    const files = new AtomicFiles(disk, owner)
    await expect(files.write('/d/a.json', 'new')).rejects.toThrow('the disk is full')
  })

  test('written twice at once is the later one', async () => {
    const files = new AtomicFiles(realDisk, owner)
    const path = join(folder, 'a.json')
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`)
    await Promise.all(texts.map((text) => files.write(path, text)))
    expect(await readFile(path, 'utf8')).toBe('text 19')
    expect(await readdir(folder)).toEqual(['a.json'])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('left over from an interrupted write is removed by the owner alone', async () => {
    await writeFile(join(folder, 'a.json.1.tmp'), 'half')
    await new AtomicFiles(realDisk, { isOwner: false }).openFolder(folder)
    expect(await readdir(folder)).toHaveLength(1)
    await new AtomicFiles(realDisk, owner).openFolder(folder)
    expect(await readdir(folder)).toEqual([])
  })
})

describe('secrets', () => {
  const secret = { owner: 'connection/a', field: 'password', setAt: 1, value: 'hunter2' }

  async function openSecrets() {
    const secrets = new SecretFile(new AtomicFiles(realDisk, owner), folder)
    return { secrets, failure: await secrets.open() }
  }

  test('are encrypted on disk and come back', async () => {
    const { secrets } = await openSecrets()
    await secrets.set(secret)
    expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain('hunter2')
    for (const file of ['secrets.json', 'secret.key']) {
      expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600)
    }
    const again = await openSecrets()
    expect(again.failure).toBeNull()
    expect(again.secrets.valuesOf('connection/a')).toEqual({ password: 'hunter2' })
    expect(again.secrets.valuesOf('connection/b')).toEqual({})
  })

  test('that are set at the same time are all kept, under one key', async () => {
    const { secrets } = await openSecrets()
    const fields = ['password', 'token', 'key', 'certificate']
    await Promise.all([
      ...fields.map((field) => secrets.set({ ...secret, field, value: field })),
      secrets.remove(secret.owner, 'key'),
    ])
    const wanted = { password: 'password', token: 'token', certificate: 'certificate' }
    expect(secrets.valuesOf(secret.owner)).toEqual(wanted)
    const again = await openSecrets()
    expect(again.secrets.valuesOf(secret.owner)).toEqual(wanted)
  })

  test('look different each time they are stored', async () => {
    const { secrets } = await openSecrets()
    await secrets.set(secret)
    const first = await readFile(join(folder, 'secrets.json'), 'utf8')
    await secrets.set(secret)
    expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toBe(first)
  })

  type Tamper = (stored: { secrets: Record<string, unknown>[] }) => void
  const flip = (text: unknown) =>
    Buffer.from(String(text), 'base64')
      .map((byte) => byte ^ 1)
      .toString()
  const tampers: readonly (readonly [string, Tamper])[] = [
    ['another value', ({ secrets: [first] }) => void (first!['sealed'] = flip(first!['sealed']))],
    ['another tag', ({ secrets: [first] }) => void (first!['tag'] = 'AAAAAAAAAAAAAAAAAAAAAA==')],
    ['a short tag', ({ secrets: [first] }) => void (first!['tag'] = 'AAAA')],
    ['another nonce', ({ secrets: [first] }) => void (first!['nonce'] = 'AAAAAAAAAAAAAAAA')],
    ['another owner', ({ secrets: [first] }) => void (first!['owner'] = 'connection/b')],
    ['another field', ({ secrets: [first] }) => void (first!['field'] = 'token')],
    ['no nonce', ({ secrets: [first] }) => void delete first!['nonce']],
  ]

  test.for(tampers)('with %s are refused by name, and nothing is written', async ([, tamper]) => {
    const { secrets } = await openSecrets()
    await secrets.set(secret)
    const path = join(folder, 'secrets.json')
    const stored = JSON.parse(await readFile(path, 'utf8'))
    tamper(stored)
    await writeFile(path, JSON.stringify(stored))
    await expectUnreadable(path)
  })

  test.for([
    ['another key', Buffer.alloc(32).toString('base64')],
    ['a broken key', 'nonsense'],
    ['no key', null],
  ] as const)('with %s are refused by name, and nothing is written', async ([, key]) => {
    const { secrets } = await openSecrets()
    await secrets.set(secret)
    const keyPath = join(folder, 'secret.key')
    await (key === null ? rm(keyPath) : writeFile(keyPath, key))
    await expectUnreadable(join(folder, 'secrets.json'))
    expect(await readFile(keyPath, 'utf8').catch(() => null)).toBe(key)
  })

  async function expectUnreadable(path: string) {
    const before = await readFile(path, 'utf8')
    const { secrets, failure } = await openSecrets()
    expect(failure).toMatchObject({ code: 'SECRETS_UNREADABLE' })
    const refused = { code: 'SECRETS_UNREADABLE' }
    await expect(secrets.set(secret)).rejects.toMatchObject(refused)
    await secrets.remove('connection/a', 'password').catch(() => undefined)
    expect(await readFile(path, 'utf8')).toBe(before)
    expect(failure?.message).not.toContain('hunter2')
  }
})

describe('versions', () => {
  const version = { deployedAt: 1, nodeCount: 0 }

  test('are bounded; the newest stay', async () => {
    const disk = new MemoryDisk()
    const versions = new VersionFiles(new AtomicFiles(disk, owner), '/u')
    await versions.open()
    for (let number = 1; number <= 230; number += 1) {
      await versions.add('f', Buffer.from('{}'), { ...version, revision: `r${number}` })
    }
    const numbers = (await versions.list('f')).map((item) => item.number)
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([200, 31, 230])
    expect(disk.names()).toHaveLength(200)
  })

  test('come back after a restart, without those that cannot be read', async () => {
    const disk = new MemoryDisk()
    const files = new AtomicFiles(disk, owner)
    const flow = emptyFlow('f', 'F')
    const first = new VersionFiles(files, '/u')
    for (const revision of ['a', 'b']) {
      await first.add('f', Buffer.from(JSON.stringify(flow)), {
        ...version,
        revision,
        note: 'n,\n"x"',
      })
    }
    disk.plant('/u/versions/f/3.json', 'broken')
    disk.plant('/u/versions/f/x.json', '{}')
    const second = new VersionFiles(files, '/u')
    expect(await second.list('f')).toEqual([
      { number: 1, ...version, revision: 'a', note: 'n,\n"x"' },
      { number: 2, ...version, revision: 'b', note: 'n,\n"x"' },
    ])
    expect(await second.read('f', 2)).toEqual(flow)
    expect(await second.read('f', 3)).toBeNull()
  })

  test('a version is never written over, also when the newest cannot be read', async () => {
    const disk = new MemoryDisk()
    const files = new AtomicFiles(disk, owner)
    const first = new VersionFiles(files, '/u')
    await first.add('f', Buffer.from('{}'), { ...version, revision: 'a' })
    disk.plant('/u/versions/f/2.json', 'broken')
    const second = new VersionFiles(files, '/u')
    const added = await second.add('f', Buffer.from('{}'), { ...version, revision: 'b' })
    expect(added.number).toBe(3)
    expect(await disk.read('/u/versions/f/2.json')).toBe('broken')
  })
})

describe('a user directory', () => {
  test('belongs to one server at a time', async () => {
    const first = await openUserDirectory({ path: folder, disk: realDisk })
    await expect(openUserDirectory({ path: folder, disk: realDisk })).rejects.toMatchObject({
      code: 'STORAGE_LOCKED',
      message: expect.stringContaining(String(process.pid)),
    })
    const reader = await openUserDirectory({ path: folder, disk: realDisk, isLocked: false })
    await reader.close()
    await first.close()
    await (await openUserDirectory({ path: folder, disk: realDisk })).close()
  })

  test('is taken over from a server that died', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => child.once('exit', resolve))
    for (const text of [
      JSON.stringify({ pid: child.pid, born: '' }),
      'broken',
      '{"pid":-1}',
      '{"pid":1,"born":"another boot"}',
    ]) {
      await writeFile(join(folder, 'server.lock'), text)
      const lock = await lockDirectory(folder)
      expect(await readFile(join(folder, 'server.lock'), 'utf8')).toContain(`"pid":${process.pid}`)
      await lock.release()
    }
  })

  test('with broken files comes up, shows what is wrong, and leaves them as they are', async () => {
    const files = {
      'flows/broken.json': '{"millrace": 1,',
      'flows/strange.json': '{"millrace":1,"__proto__":{}}',
      'flows/wrong-name.json': JSON.stringify(emptyFlow('other', 'Other')),
      'flows/newer.json': '{"millrace":99}',
      'flows/good.json': JSON.stringify(emptyFlow('good', 'Good')),
      'flows/No Name!.json': '{}',
      'connections/broken.json': 'x',
      'deployed.json': '[',
      'alerts.json': 'x',
      'secrets.json': '{"secrets":7}',
    }
    for (const name of ['flows', 'connections']) await mkdir(join(folder, name))
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    const it = await openTestServer({ folder })
    const { flows } = (await it.send('GET', '/api/flows')).body
    expect(
      flows.map((flow: { name: string; problem?: string }) => [flow.name, flow.problem]),
    ).toEqual([
      ['broken', expect.stringContaining('line 1, column 16')],
      ['good', undefined],
      ['newer', expect.stringContaining('newer Millrace')],
      ['strange', expect.stringContaining('__proto__')],
      ['wrong-name', expect.stringContaining('other')],
    ])
    const read = await it.send('GET', '/api/flows/broken')
    expect([read.status, read.body.code]).toEqual([422, 'FLOW_FILE_BROKEN'])
    const { problems } = (await it.send('GET', '/api/status')).body
    expect(problems).toHaveLength(3)
    const set = await it.send('PUT', '/api/secrets', {
      body: { owner: 'connection/a', field: 'f', value: 'v' },
    })
    expect([set.status, set.body.code]).toEqual([507, 'SECRETS_UNREADABLE'])
    for (const name of ['flows/broken.json', 'connections/broken.json', 'secrets.json']) {
      expect(await readFile(join(folder, name), 'utf8')).toBe(files[name as keyof typeof files])
    }
    it.unforeseen.length = 0
    await it.end()
  })

  test('keeps the server running when the disk is full: the old flow stays', async () => {
    const disk = new FailingDisk()
    const it = await openTestServer({ folder, disk })
    await it.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
    await it.send('POST', '/api/flows/demo/deploy')
    const { revision } = (await it.send('GET', '/api/flows/demo')).body
    disk.isFull = true
    const failed = await it.send('PATCH', '/api/flows/demo', { body: { revision, title: 'New' } })
    expect([failed.status, failed.body.code]).toEqual([507, 'STORAGE_WRITE_FAILED'])
    expect(failed.body.message).toContain('the disk is full')
    const read = (await it.send('GET', '/api/flows/demo')).body
    expect([read.revision, read.flow.title]).toEqual([revision, 'Demo'])
    expect(it.supervisor.deployed).toHaveLength(1)
    disk.isFull = false
    const saved = await it.send('PATCH', '/api/flows/demo', { body: { revision, title: 'New' } })
    expect(saved.status).toBe(200)
    it.unforeseen.length = 0
    await it.end()
  })

  test('with a version that is wrong now comes up with that flow failed and the reason', async () => {
    const first = await openTestServer({ folder })
    await first.send('POST', '/api/flows', { body: { name: 'demo', title: 'Demo' } })
    const flow = {
      ...emptyFlow('demo', 'Demo'),
      nodes: [{ id: 'start', type: 'test/source', config: { broker: 'b1' } }],
    }
    const connection = { id: 'b1', type: 'test/broker', name: 'B', config: { host: 'localhost' } }
    await first.send('PUT', '/api/connections/b1', { body: connection })
    await first.send('PUT', '/api/flows/demo', { body: { flow } })
    await first.send('POST', '/api/flows/demo/deploy')
    await first.end()
    await rm(join(folder, 'connections', 'b1.json'))
    const second = await openTestServer({ folder })
    expect(second.supervisor.deployed).toEqual([])
    const { deployment } = (await second.send('GET', '/api/flows/demo')).body
    expect(deployment).toMatchObject({ state: 'failed', version: 1, node: 'start' })
    expect(deployment.reason).toContain('"b1"')
    await second.send('PUT', '/api/connections/b1', { body: connection })
    const again = await second.send('POST', '/api/flows/demo/deploy')
    expect(again.body.deployment.state).toBe('running')
    await second.end()
  })
})

class FailingDisk {
  isFull = false
  read = realDisk.read
  readStart = realDisk.readStart
  list = realDisk.list
  makeFolder = realDisk.makeFolder
  rename = realDisk.rename
  remove = realDisk.remove
  syncFolder = realDisk.syncFolder
  stamp = realDisk.stamp
  size = realDisk.size
  watch = realDisk.watch

  create = async (path: string, text: string): Promise<void> => {
    if (this.isFull) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    await realDisk.create(path, text)
  }
}
