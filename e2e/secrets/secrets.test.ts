import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openCatalog } from '@millrace/catalog'
import type { Flow } from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProduct } from '../browser/product.ts'
import type { Product } from '../browser/product.ts'
import { openLive } from '../connectors/suite/live.ts'
import { canariesOf, connectionFor, flowAround, userOf, valuesOf } from './canaries.ts'
import type { Canary } from './canaries.ts'
import { openEchoServers } from './echo-server.ts'
import type { EchoServers } from './echo-server.ts'

/**
 * Every type that has secrets, with all of them set, against servers that say back what they were
 * told: in the end none may stand in anything that a person or a program can read.
 */
let product: Product
let servers: EchoServers
let types: readonly Descriptor[]
let canaries: readonly Canary[]
const said: [where: string, what: string][] = []

const manifest = new URL('../../apps/server/package.json', import.meta.url).href

beforeAll(async () => {
  servers = await openEchoServers()
  product = await startProduct()
  const catalog = await openCatalog({ manifest })
  types = [...catalog.descriptors.values()]
  const withSecrets = types.filter(({ fields }) =>
    Object.values(fields).some(({ kind }) => kind === 'secret'),
  )
  canaries = withSecrets.flatMap((descriptor) => canariesOf(descriptor, servers))
  await atATime(12, canaries, stir)
  await hearAll()
}, 240_000)

afterAll(async () => {
  await product.stop()
  await servers.close()
})

test('each secret of each type was set', () => {
  const names = types.flatMap(({ type, fields }) =>
    Object.entries(fields).flatMap(([name, { kind }]) =>
      kind === 'secret' ? [`${type} ${name}`] : [],
    ),
  )
  const set = canaries.flatMap(({ descriptor, secrets }) =>
    Object.keys(secrets).map((field) => `${descriptor.type} ${field}`),
  )
  expect(names.length).toBeGreaterThan(60)
  expect([...new Set(set)].toSorted()).toEqual(names.toSorted())
})

test('the servers were told many of them, and said them back', () => {
  const told = canaries.flatMap(valuesOf).filter((value) => servers.heard().includes(value))
  expect(told.length).toBeGreaterThan(10)
  expect(said.map(([, text]) => text).join('').length).toBeGreaterThan(50_000)
})

test('nodes were asked before a deployment, and told what they heard', () => {
  const deploying = said.filter(([where]) => /^deploying .*-asked$/.test(where))
  expect(deploying.map(([, what]) => what).join('')).toMatch(/"code":"(?:REGISTRY|SCHEMA)_/)
})

test('none stands in logs, on the live channel, in answers, exports or files', () => {
  const leaks = canaries
    .flatMap(valuesOf)
    .flatMap((value) =>
      formsOf(value).flatMap((form) =>
        said
          .filter(([where, text]) => !isAnswerItself(where) && text.includes(form))
          .map(([where]) => `${value} in ${where}`),
      ),
    )
  expect([...new Set(leaks)]).toEqual([])
})

/** What a web service answered is data, and this flow writes it to a file as it came. */
function isAnswerItself(where: string): boolean {
  return /^\/files\/http-request-\d+\.jsonl$/.test(where)
}

/** Half of it would do. */
function formsOf(value: string): readonly string[] {
  const start = value.slice(0, -4)
  const base64 = Buffer.from(start).toString('base64')
  return [start, encodeURIComponent(value), base64.slice(0, -3)]
}

/** Sets it up, lets it run, and listens to it. */
async function stir(canary: Canary): Promise<void> {
  const { descriptor, name, secrets } = canary
  if (descriptor.kind !== 'connection') {
    const node = { id: 'canary', type: descriptor.type, config: canary.config }
    await run(flowAround(name, node, descriptor), descriptor, { [`flow/${name}/canary`]: secrets })
    return
  }
  await product.api.connect(connectionFor(canary))
  await setSecrets({ [`connection/${name}`]: secrets })
  said.push([`the test of ${name}`, await answerOf('POST', `/connections/${name}/test`, {})])
  const user = userOf(canary, types, servers)
  if (user !== undefined)
    await run(flowAround(name, user.node, user.descriptor), user.descriptor, {})
  const asked = userOf(canary, types.filter(isAskedAhead), servers)
  if (asked !== undefined)
    await run(flowAround(`${name}-asked`, asked.node, asked.descriptor), asked.descriptor, {})
}

/** Before it is deployed, it is asked what would keep it from its work. */
function isAskedAhead({ checkedWith, fields }: Descriptor): boolean {
  return (
    Object.entries(fields).every(
      ([name, { kind }]) => kind !== 'connection' || checkedWith?.includes(name),
    ) && checkedWith !== undefined
  )
}

type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>

async function run(flow: Flow, descriptor: Descriptor, secrets: Secrets): Promise<void> {
  const { name, title } = flow
  await product.api.ask('POST', '/flows', { name, title })
  said.push([`saving ${name}`, await answerOf('PUT', `/flows/${name}`, { flow })])
  await setSecrets(secrets)
  const live = await openLive(product.url)
  await live.watch(name, ['canary:out', 'canary:error', 'feed:out'])
  said.push([`deploying ${name}`, await answerOf('POST', `/flows/${name}/deploy`, {})])
  await knock(flow, descriptor, secrets)
  await new Promise((resolve) => setTimeout(resolve, 1200))
  said.push([`what ${name} shows`, live.said()])
  said.push([`the flow ${name}`, await answerOf('GET', `/flows/${name}`)])
  said.push([`versions of ${name}`, await answerOf('GET', `/flows/${name}/versions`)])
  said.push([`letters of ${name}`, await answerOf('GET', `/flows/${name}/dead-letters`)])
  live.close()
}

async function setSecrets(secrets: Secrets): Promise<void> {
  for (const [owner, fields] of Object.entries(secrets)) {
    for (const [field, value] of Object.entries(fields)) {
      // oxlint-disable-next-line no-await-in-loop -- a few
      await product.api.ask('PUT', '/secrets', { owner, field, value })
    }
  }
}

/** Comes to a node that waits to be called, with the right secret and with a wrong one. */
async function knock({ name }: Flow, { type }: Descriptor, secrets: Secrets): Promise<void> {
  const { flowUrl } = (await product.api.status()) as { readonly flowUrl?: string }
  if (
    flowUrl === undefined ||
    !/^(?:http\/in|http\/events-out|prometheus|telegraf|grafana)/.test(type)
  )
    return
  const [value = ''] = Object.values(secrets).flatMap((fields) => Object.values(fields))
  const tries = [`Bearer ${value}`, `Basic ${btoa(`somebody:${value}`)}`, 'Bearer wrong']
  for (const path of [`/${name}`, `/${name}/write?p=${encodeURIComponent(value)}`]) {
    for (const authorization of tries) {
      const asked = { method: 'POST', headers: { authorization }, body: 'm v=1' }
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as clients come
      const answer = await fetch(`${flowUrl}${path}`, asked).then((one) => one.text(), String)
      said.push([`what ${name} answers`, answer])
    }
  }
}

async function answerOf(method: string, path: string, body?: unknown): Promise<string> {
  // What is refused is an answer too.
  return product.api.ask(method, path, body).then((answer) => JSON.stringify(answer ?? ''), String)
}

async function hearAll(): Promise<void> {
  const asked = ['/export', '/connections', '/flows', '/secrets', '/alerts', '/status', '/nodes']
  for (const path of asked) {
    // oxlint-disable-next-line no-await-in-loop -- a few
    said.push([`GET ${path}`, await answerOf('GET', path)])
  }
  said.push(['the output of the server', product.log()])
  said.push(...(await filesBelow(product.userDirectory)))
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

async function atATime<Item>(
  count: number,
  items: readonly Item[],
  handle: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- so many at a time
      await handle(item)
    }
  }
  await Promise.all(Array.from({ length: count }, worker))
}
