import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { dottedPath, run } from '@millrace/sdk/testing'
import { compileChanges } from './changes.ts'
import type { Change } from './changes.ts'
import { change } from './operator.ts'

interface Readings {
  readonly c: number
}

const celsius = ({ payload }: Message) => (payload as Readings).c

function changed(rows: readonly Record<string, unknown>[], message: Message): Message | undefined {
  const node = run(change, { rows })
  node.send(message)
  expect(node.failures()).toEqual([])
  return node.emitted('out')[0]
}

describe('change', () => {
  it('sets a place to the value of an expression', () => {
    const fahrenheit = (message: Message) => celsius(message) * 1.8 + 32
    const rows = [{ action: 'set', place: 'payload.f', value: fahrenheit }]
    expect(changed(rows, { payload: { c: 20 } })).toEqual({ payload: { c: 20, f: 68 } })
  })

  it('lets each row see what those above it did', () => {
    const rows = [
      { action: 'set', place: 'payload.c', value: (message: Message) => celsius(message) + 1 },
      { action: 'set', place: 'payload.twice', value: (message: Message) => celsius(message) * 2 },
      { action: 'set', place: 'topic', value: (message: Message) => `t${celsius(message)}` },
    ]
    expect(changed(rows, { payload: { c: 1 } })).toEqual({
      payload: { c: 2, twice: 4 },
      topic: 't2',
    })
  })

  it('moves and copies what is there, and leaves out what is not', () => {
    const rows = [
      { action: 'move', from: 'payload.id', to: 'key' },
      { action: 'copy', from: 'payload.c', to: 'payload.celsius' },
      { action: 'move', from: 'payload.gone', to: 'payload.away' },
      { action: 'copy', from: 'payload.gone', to: 'payload.away' },
    ]
    const message = { payload: { id: 't1', c: 3 } }
    expect(changed(rows, message)).toEqual({ payload: { c: 3, celsius: 3 }, key: 't1' })
  })

  it('deletes a place, and passes the message on as it is where there is none', () => {
    const rows = [{ action: 'delete', place: 'payload.raw' }]
    expect(changed(rows, { payload: { raw: 1, c: 2 } })).toEqual({ payload: { c: 2 } })
    expect(changed(rows, { payload: { c: 2 } })).toEqual({ payload: { c: 2 } })
  })

  it('sets an unknown value as null', () => {
    const rows = [{ action: 'set', place: 'payload.x', value: () => null }]
    expect(changed(rows, { payload: {} })).toEqual({ payload: { x: null } })
  })

  it('makes room for a place where there was none', () => {
    const rows = [{ action: 'set', place: 'payload.a.b', value: () => 1 }]
    expect(changed(rows, { payload: 'text' })).toEqual({ payload: { a: { b: 1 } } })
  })

  it('does not change the message that came in', () => {
    const message = { payload: { c: 1, list: [1] }, topic: 't' }
    const before = structuredClone(message)
    const rows = [
      { action: 'set', place: 'payload.c', value: () => 9 },
      { action: 'set', place: 'payload.d', value: () => 8 },
      { action: 'delete', place: 'topic' },
    ]
    expect(changed(rows, message)).toEqual({ payload: { c: 9, d: 8, list: [1] } })
    expect(message).toEqual(before)
  })

  it('gives what one copy for each row would give, whatever the rows', () => {
    const place = fc.constantFrom('a', 'a.b', 'a.c', 'a.b.d', 'a.b.e', 'topic')
    const value = fc.oneof(fc.integer(), place, fc.constant('$message'))
    const set = fc.record({ action: fc.constant('set' as const), place, value })
    const more = fc.record({
      action: fc.constantFrom('move' as const, 'copy' as const),
      from: place,
      to: place,
    })
    const remove = fc.record({ action: fc.constant('delete' as const), place })
    fc.assert(
      fc.property(fc.array(fc.oneof(set, set, set, more, remove), { maxLength: 8 }), (rows) => {
        const changes = rows.map(toChange)
        const message: Message = { payload: 0, a: { b: { d: 1, e: 2 }, c: 3 }, topic: 't' }
        const before = structuredClone(message)
        const oneByOne = changes.reduce((at, row) => compileChanges([row])(at), message)
        expect(compileChanges(changes)(message)).toEqual(oneByOne)
        expect(message).toEqual(before)
      }),
    )
  })
})

type Row =
  | { readonly action: 'set'; readonly place: string; readonly value: number | string }
  | { readonly action: 'delete'; readonly place: string }
  | { readonly action: 'move' | 'copy'; readonly from: string; readonly to: string }

function toChange(row: Row): Change {
  if (row.action === 'delete') return { action: 'delete', place: dottedPath(row.place) }
  if (row.action !== 'set') {
    return { action: row.action, from: dottedPath(row.from), to: dottedPath(row.to) }
  }
  const { value } = row
  return { action: 'set', place: dottedPath(row.place), value: valueOf(value) }
}

function valueOf(value: number | string): (message: Message) => unknown {
  if (typeof value === 'number') return () => value
  if (value === '$message') return (message) => message
  const path = dottedPath(value)
  return (message) => path.get(message) ?? null
}
