import { readFile, readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { connectorsPage } from './connectors-page.ts'
import { guaranteeOf, installedTypes, registeredConnectors } from './connectors-table.ts'

const connectors = await registeredConnectors()
const types = await installedTypes()
const typesOf = connectors.flatMap(({ nodes }) => [
  ...[nodes.connection, nodes.source, nodes.operator, nodes.sink].filter(
    (type) => type !== undefined,
  ),
  ...Object.keys(nodes.more ?? {}),
])

test('the table in the docs is up to date (npm run docs writes it)', async () => {
  const { is, wanted } = await connectorsPage()
  expect(is).toBe(wanted)
})

test('every connector that is registered is held to the suite', async () => {
  const names = await readdir(new URL('../registered/', import.meta.url))
  const registered = names.filter((name) => /^[^.]+\.ts$/.test(name))
  const untested = registered.filter((name) => !names.includes(name.replace('.ts', '.test.ts')))
  expect(untested).toEqual([])
  expect(connectors.length).toBeGreaterThanOrEqual(registered.length)
  const held = await Promise.all(
    names
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFile(new URL(`../registered/${name}`, import.meta.url), 'utf8')),
  )
  const called = held.flatMap((text) => [...text.matchAll(/^describeConnector\((\w+)\)$/gm)])
  expect(called).toHaveLength(connectors.length)
})

test('nothing is left out of the suite without a reason', () => {
  const reasons = connectors.flatMap(({ leavesOut = {} }) => Object.values(leavesOut))
  expect(reasons.filter((reason) => reason.length < 10)).toEqual([])
})

test('what is registered is installed', () => {
  expect(typesOf.filter((type) => !types.has(type))).toEqual([])
})

test('every node of a connector package is in the table', () => {
  const families = new Set(typesOf.map((type) => type.split('/')[0]))
  const installed = [...types.values()].filter(({ kind }) => kind !== 'connection')
  const ours = installed.map(({ type }) => type).filter((type) => families.has(type.split('/')[0]))
  expect(ours.filter((type) => !typesOf.includes(type))).toEqual([])
})

test('a guarantee follows from what a descriptor promises', () => {
  const of = (type: string) => {
    const descriptor = types.get(type)
    return descriptor === undefined ? undefined : guaranteeOf(descriptor)
  }
  expect(of('mqtt/in')).toBe('exactly-once')
  expect(of('mqtt/out')).toBe('at-least-once')
  expect(of('file/out')).toBe('exactly-once')
  expect(of('net/udp-in')).toBe('at-most-once')
})
