/** A system under test, running in processes of its own. */
export interface Peer {
  readonly name: 'millrace' | 'node-red'
  /** Process at the top of the tree whose cost is counted. */
  readonly pid: number
  /** Where the editor and its API are. */
  readonly url: string
  /** Where flows answer HTTP. */
  readonly flowUrl: string
  /** Milliseconds from spawning until HTTP answered. */
  readonly startedInMs: number
  stop(): Promise<void>
}

/** Polls until `check` gives a value that is not undefined; throws after `patienceMs`. */
export async function until<Value>(
  what: string,
  patienceMs: number,
  check: () => Promise<Value | undefined>,
): Promise<Value> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const value = await check().catch(() => undefined)
    if (value !== undefined) return value
    if (performance.now() > deadline) throw new Error(`waited ${patienceMs} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A free port on loopback. */
export async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}

/** Sends JSON and gives the JSON of the answer; throws with the body on a refusal. */
export async function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 500)}`)
  return text === '' ? undefined : JSON.parse(text)
}
