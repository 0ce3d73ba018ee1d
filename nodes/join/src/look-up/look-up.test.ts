import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { rowsOfCsv } from './csv.ts'
import { lookUp } from './operator.ts'

const key = ({ payload }: Message) => (payload as { s?: unknown } | null)?.s ?? null
const csv = 'id,room\n7,Kitchen\ns2,"Cellar, ""old"""\n'

function open(config: Record<string, unknown> = {}): TestRun {
  return run(lookUp, { key, csv, ...config }, { startMs: 0 })
}

const rooms = (node: TestRun) =>
  node.take().map(({ payload }) => (payload as { info?: { room: string } }).info?.room ?? null)

function ask(node: TestRun, ...keys: readonly unknown[]): unknown[] {
  for (const s of keys) node.send({ payload: { s } }, 'in')
  return rooms(node)
}

describe('look up', () => {
  it('adds the row of the key, whether number or text', () => {
    expect(ask(open(), 7, '7', 's2', 'x', null, {})).toEqual([
      'Kitchen',
      'Kitchen',
      'Cellar, "old"',
      null,
      null,
      null,
    ])
  })

  it('takes the pasted table as JSON', () => {
    const json = '[{ "name": "a", "room": 1 }, { "room": 2 }, { "name": "a", "room": 3 }]'
    expect(ask(open({ format: 'json', json, keyColumn: 'name' }), 'a', 'b')).toEqual([3, null])
  })

  it.each(['{', '5', '[1]', '{"a":1}', '"[]"'])('refuses the JSON %s', (json) => {
    expect(() => open({ format: 'json', json })).toThrow(
      expect.objectContaining({ code: 'LOOK_UP_ROWS' }),
    )
  })

  it('sends out as missing when that is wanted', () => {
    const node = open({ onMissing: 'port' })
    node.send({ payload: { s: 'x' } }, 'in')
    expect(node.emitted('missing')).toEqual([{ payload: { s: 'x' } }])
  })

  it('takes another table from the input, over a restart', () => {
    const node = open()
    node.send({ payload: [{ id: 'n', room: 'New' }] }, 'table')
    node.restore(node.snapshot())
    expect(ask(node, 'n', 's2')).toEqual(['New', null])
    node.send({ payload: 'id;room\ns2;Text' }, 'table')
    expect(ask(node, 'n', 's2')).toEqual([null, 'Text'])
  })

  it('goes back to its own rows when the other table is too old', () => {
    const node = open({ validForMs: 1000 })
    node.send({ payload: [] }, 'table')
    node.advance(1000)
    expect(ask(node, 's2')).toEqual([null])
    node.advance(1)
    expect(ask(node, 's2')).toEqual(['Cellar, "old"'])
  })

  it.each([null, 5, { id: 1 }, [1], 'id\n"open'])('keeps its table when %o comes', (payload) => {
    const node = open()
    node.send({ payload }, 'table')
    expect(node.failures()).toMatchObject([{ code: 'LOOK_UP_ROWS' }])
    expect(ask(node, 's2')).toEqual(['Cellar, "old"'])
  })

  it('refuses a table that is too large', () => {
    const node = open({ rowsMax: 2 })
    node.send({ payload: [{ id: 1 }, { id: 2 }, { id: 3 }] }, 'table')
    expect(node.failures()).toMatchObject([{ code: 'LOOK_UP_TOO_MANY' }])
    expect(ask(node, 's2')).toEqual(['Cellar, "old"'])
  })
})

describe('rows of CSV', () => {
  it.each([
    ['', []],
    ['a,b', []],
    [
      'a,b\r\n1,\r\n\r\n007,x',
      [
        { a: 1, b: null },
        { a: '007', b: 'x' },
      ],
    ],
    ['\uFEFFa;b\n1,5;"x\ny"', [{ a: '1,5', b: 'x\ny' }]],
    ['a\tb\n-2.5\t 3 ', [{ a: -2.5, b: 3 }]],
    ['a,b\n1', [{ a: 1, b: null }]],
    ['a\n""\n"""q"""', [{ a: '"q"' }]],
  ])('reads %j', (text, rows) => {
    expect(rowsOfCsv(text)).toEqual(rows)
  })

  it('says which row has too many cells', () => {
    expect(() => rowsOfCsv('a\n1\n2,3')).toThrow('Row 3')
  })
})
