import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openServer } from '../open-server.ts'
import type { OpenServer } from '../open-server.ts'
import { realDisk } from '../storage/disk.ts'
import type { Disk } from '../storage/disk.ts'
import { openUserDirectory } from '../storage/user-directory.ts'
import { FakeSupervisor } from './fake-supervisor.ts'
import { testNodeTypes } from './node-types.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Parsed where it is JSON. */
  readonly body: any // oxlint-disable-line no-explicit-any -- tests look into it as they like
  readonly text: string
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, in the place of `body`. */
  readonly raw?: string | Buffer
}

/** A server on a port of its own with a user directory of its own and no engine. */
export interface TestServer {
  readonly server: OpenServer
  readonly supervisor: FakeSupervisor
  readonly port: number
  readonly folder: string
  readonly unforeseen: unknown[]
  /** Of the clock that the server is given. */
  nowMs: number
  send(method: string, path: string, options?: SendOptions): Promise<Reply>
  /** Ends the server; another one may be opened on the same folder. */
  end(): Promise<void>
}

export interface TestServerOptions {
  readonly folder?: string
  readonly disk?: Disk
  readonly editorFolder?: string
  readonly supervisor?: FakeSupervisor
}

export async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'millrace-server-'))
}

export async function openTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = options.folder ?? (await newFolder())
  const directory = await openUserDirectory({ path: folder, disk: options.disk ?? realDisk })
  const supervisor = options.supervisor ?? new FakeSupervisor()
  const unforeseen: unknown[] = []
  const time = { nowMs: 1_000_000 }
  const server = await openServer({
    version: '1.2.3',
    clock: { now: () => time.nowMs, monotonic: () => time.nowMs },
    directory,
    nodeTypes: testNodeTypes,
    supervisor,
    trials: { nodePackages: [], environment: {} },
    editorFolder: options.editorFolder ?? join(folder, 'no-editor'),
    onUnforeseen: (error) => unforeseen.push(error),
  })
  await server.parts.deployments.startAll()
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    server,
    supervisor,
    port,
    folder,
    unforeseen,
    get nowMs() {
      return time.nowMs
    },
    set nowMs(value) {
      time.nowMs = value
    },
    send: async (method, path, sent = {}) => send(port, { method, path, ...sent }),
    end: async () => {
      await server.close()
      await directory.close()
      // Nothing that a test does may be the server's own fault.
      if (unforeseen.length > 0) throw new AggregateError(unforeseen)
    },
  }
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/** Not `fetch`: it would mend paths and refuse headers before they are sent. */
function send(
  port: number,
  options: SendOptions & { readonly method: string; readonly path: string },
): Promise<Reply> {
  const { method, path, body, raw } = options
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const headers = {
    ...(content !== undefined && { 'Content-Type': 'application/json' }),
    ...(content !== undefined && { 'Content-Length': String(Buffer.byteLength(content)) }),
    ...options.headers,
  }
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        const isJson = response.headers['content-type']?.startsWith('application/json') ?? false
        const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : undefined
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: parsed,
          text,
        })
      })
    })
    asked.on('error', reject)
    asked.end(content)
  })
}
