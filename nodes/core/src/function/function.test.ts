import { describe, expect, it } from 'vitest'
import type { Message } from '@millrace/sdk'
import { run } from '@millrace/sdk/testing'
import type { TestRun } from '@millrace/sdk/testing'
import { functionOperator } from './operator.ts'

const outputs = [
  { id: 'out', label: 'Out' },
  { id: 'two', label: 'Second' },
]

function given(code: string, config: Record<string, unknown> = {}): TestRun {
  return run(functionOperator, { code, ...config }, { startMs: 1_000_000 })
}

function result(code: string, message: Partial<Message> = { payload: 1 }): unknown {
  const node = given(code)
  node.send(message)
  expect(node.failures()).toEqual([])
  return node.emitted('out')[0]?.payload
}

/** Promises of the code run in microtasks. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

describe('function: what the code returns', () => {
  it('sends a message that it returns', () => {
    const node = given('message.payload *= 2; return message')
    node.send({ payload: 21, topic: 't' })
    expect(node.emitted('out')).toEqual([{ payload: 42, topic: 't' }])
  })

  it.each([
    ['returns', 'return { payload: 2 }'],
    ['returns in a list', 'return [[{ payload: 2 }]]'],
    ['sends', 'send({ payload: 2 })'],
    ['returns after a wait', 'await null; return { payload: 2 }'],
    ['sends after a wait', 'await null; send({ payload: 2 })'],
  ])('gives a new message that it %s the time of the one it came from', async (_, code) => {
    const node = given(code)
    node.send({ payload: 1, time: 5000 })
    await settle()
    expect(node.emitted('out')).toEqual([{ payload: 2, time: 5000 }])
  })

  it('leaves a message the time that the code gave it, or took from it', () => {
    const node = given('return [[{ payload: 2, time: 7 }, { payload: 3, time: null }]]')
    node.send({ payload: 1, time: 5000 })
    expect(node.emitted('out')).toEqual([{ payload: 2, time: 7 }, { payload: 3 }])
  })

  it('gives what a timer sends the time at which it does', () => {
    const node = given('setTimeout(() => send({ payload: 2 }), 100)')
    node.send({ payload: 1, time: 5000 })
    node.advance(100)
    expect(node.emitted('out')).toEqual([{ payload: 2, time: 1_000_100 }])
  })

  it('knows the message as msg, too', () => {
    expect(result('return msg === message ? { payload: "same" } : null')).toBe('same')
  })

  it.each(['return', 'return null', 'return undefined', ''])('sends nothing for %o', (code) => {
    const node = given(code)
    node.send({ payload: 1 })
    expect(node.emitted()).toEqual([])
    expect(node.failures()).toEqual([])
  })

  it('sends the entries of a list by one output each, and lists in it as several', () => {
    const node = given('return [[{ payload: 1 }, { payload: 2 }], { payload: 3 }]', { outputs })
    node.send({ payload: 0 })
    expect(node.emitted('out')).toEqual([{ payload: 1 }, { payload: 2 }])
    expect(node.emitted('two')).toEqual([{ payload: 3 }])
  })

  it('leaves out entries that are null', () => {
    const node = given('return [null, message]', { outputs })
    node.send({ payload: 1 })
    expect(node.emitted('out')).toEqual([])
    expect(node.emitted('two')).toEqual([{ payload: 1 }])
  })

  it.each([
    ['return 5', 'FUNCTION_RESULT', 'not 5'],
    ['return "text"', 'FUNCTION_RESULT', 'not "text"'],
    ['return [message, message, 7]', 'FUNCTION_OUTPUT', 'output 2'],
    ['return [true]', 'FUNCTION_RESULT', 'not true'],
    ['const a = {}; a.a = a; return a', 'FUNCTION_RESULT', 'contains itself'],
    ['return { time: "now" }', 'FUNCTION_RESULT', 'message.time has to be milliseconds'],
    ['return { time: NaN }', 'FUNCTION_RESULT', 'not NaN'],
    ['return { time: [1] }', 'FUNCTION_RESULT', 'not a list'],
    ['return new Uint8Array(2)', 'FUNCTION_RESULT', 'not bytes'],
    ['return { get payload() { throw 1 } }', 'FUNCTION_RESULT', 'cannot be read'],
    [
      'return { get payload() { throw { get message() { throw 2 }, code: "MINE" } } }',
      'FUNCTION_RESULT',
      'cannot be read',
    ],
  ])('fails the message for %o and sends nothing', (code, errorCode, text) => {
    const node = given(code)
    node.send({ payload: 1 })
    expect(node.emitted()).toEqual([])
    expect(node.failures()).toMatchObject([{ code: errorCode, original: { payload: 1 } }])
    expect(node.failures()[0]?.message).toContain(text)
  })

  it('takes a date for the time of a message, and null for none', () => {
    const node = given('return [[{ payload: 1, time: new Date(5) }, { payload: 2, time: null }]]')
    node.send({ payload: 0 })
    expect(node.emitted('out')).toEqual([{ payload: 1, time: 5 }, { payload: 2 }])
  })

  it('sends at once, to an output by number, name or id', () => {
    const code = `send({ payload: 1 }); send({ payload: 2 }, 1); send([{ payload: 3 }], 'Second')
      send({ payload: 4 }, 'two'); send([null, { payload: 5 }]); send(null)`
    const node = given(code, { outputs })
    node.send({ payload: 0 })
    expect(node.failures()).toEqual([])
    expect(node.emitted('out')).toEqual([{ payload: 1 }])
    expect(node.emitted('two').map(({ payload }) => payload)).toEqual([2, 3, 4, 5])
  })

  it('fails the message when there is no such output', () => {
    const node = given('send(message, "nowhere")')
    node.send({ payload: 1 })
    expect(node.failures()[0]?.message).toContain('no output "nowhere"')
  })
})

describe('function: data', () => {
  it('gives the code a copy of its own', () => {
    const message = { payload: { list: [1, { deep: true }] } }
    const before = structuredClone(message)
    given('message.payload.list[1].deep = false; message.payload.x = 1').send(message)
    expect(message).toEqual(before)
  })

  it('lets the code change what it sent without changing what was sent', () => {
    const node = given('const m = { payload: { n: 1 } }; send(m); m.payload.n = 2; send(m)')
    node.send({ payload: 0 })
    expect(node.emitted('out')).toEqual([{ payload: { n: 1 } }, { payload: { n: 2 } }])
  })

  it('brings every kind of data in and out', () => {
    const payload = {
      nothing: null,
      missing: undefined,
      list: [1, [2], {}],
      bytes: new Uint8Array([1, 2, 3]),
      numbers: new Float64Array([0.5]),
      date: new Date(5),
      map: new Map([['a', { b: 1 }]]),
      set: new Set([1, 'x']),
      big: 10n,
      __proto__: { inherited: 1 },
    }
    const out = result('return message', { payload }) as typeof payload
    expect(out).toEqual({ ...payload, inherited: 1 })
    expect(Object.getPrototypeOf(out)).toBe(Object.prototype)
    for (const part of [out.list, out.bytes, out.numbers, out.date, out.map, out.set]) {
      expect([Array, Uint8Array, Float64Array, Date, Map, Set]).toContain(part.constructor)
    }
  })

  it('makes the objects of the code instances of what the code knows', () => {
    const code = `const { list, bytes, date } = message.payload
      return { payload: [message, list, bytes, date].map((x, i) =>
        x instanceof [Object, Array, Uint8Array, Date][i]) }`
    const payload = { list: [], bytes: Buffer.from('ab'), date: new Date() }
    expect(result(code, { payload })).toEqual([true, true, true, true])
  })

  it('leaves functions and symbols out', () => {
    const code = 'return { payload: { f() {}, s: Symbol(), [Symbol("k")]: 1, n: 1 } }'
    expect(result(code)).toEqual({ f: undefined, s: undefined, n: 1 })
  })

  it('takes __proto__ for a property like any other', () => {
    const payload: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "a": 1}')
    const out = result('return message', { payload }) as object
    expect(Object.keys(out)).toEqual(['__proto__', 'a'])
    expect('polluted' in out).toBe(false)
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n]))
    Object.defineProperty(many, '__proto__', { value: { polluted: 1 }, enumerable: true })
    const copied = result('return message', { payload: many }) as object
    expect(Object.keys(copied)).toHaveLength(101)
    expect('polluted' in copied).toBe(false)
  })

  it('takes keys that look like code for what they are', () => {
    const payload = { '"]: process.exit(), ["': 1, '\u2028': 2, '`${x}': 3, "'": 4, '\\': 5 }
    expect(result('return message', { payload })).toEqual(payload)
  })

  it('handles messages of ever new shapes', () => {
    const node = given('return message')
    for (let n = 0; n < 3000; n += 1) node.send({ payload: { [`a${n}`]: n, [`b${n % 7}`]: [n] } })
    expect(node.emitted('out').at(-1)).toEqual({ payload: { a2999: 2999, b3: [2999] } })
  })

  it('fails messages that are nested too deep, and takes long ones', () => {
    const node = given('return { payload: message.payload.length ?? 0 }')
    let deep: unknown = 0
    for (let n = 0; n < 10_000; n += 1) deep = [deep]
    node.send({ payload: deep })
    node.send({ payload: 'x'.repeat(1_000_000) })
    node.send({ payload: new Uint8Array(1_000_000) })
    expect(node.failures().map(({ message }) => message)).toEqual([
      expect.stringContaining('deeper than 200 levels'),
    ])
    expect(node.emitted('out')).toEqual([{ payload: 1_000_000 }, { payload: 1_000_000 }])
  })
})

describe('function: what the code has', () => {
  it('keeps state that outlives a restart', () => {
    const code =
      'const n = (state.get("n") ?? 0) + message.payload; state.set("n", n); return { payload: n }'
    const node = given(code)
    node.send({ payload: 1 })
    node.send({ payload: 2 })
    node.restore(node.snapshot())
    node.send({ payload: 4 })
    expect(node.emitted('out').map(({ payload }) => payload)).toEqual([1, 3, 7])
  })

  it('stores copies', () => {
    const code = `const list = state.get('list') ?? []
      list.push(message.payload); if (message.payload < 3) state.set('list', list)
      return { payload: [state.get('list'), state.keys()] }`
    const node = given(code)
    for (const payload of [1, 2, 3]) node.send({ payload })
    expect(node.emitted('out')[2]?.payload).toEqual([[1, 2], ['list']])
  })

  it('shares `local` between the start, the messages and the end', async () => {
    const node = given('local.n += 1; return { payload: local.n }', {
      setup: 'local.n = 10',
      teardown: 'log.info("ended at", local.n)',
    })
    node.send({ payload: 0 })
    expect(node.emitted('out')).toEqual([{ payload: 11 }])
    await node.close()
    expect(node.log()).toEqual([{ level: 'info', text: 'ended at 11', details: undefined }])
  })

  it("has the time of the node's clock, in its dates as well", () => {
    const code = `const d = new Date()
      return { payload: [now(), Date.now(), d.getTime(), d instanceof Date, new Date(5).getTime(),
        d.constructor === Date, typeof Date(), class extends Date {}.name !== undefined] }`
    const times = [1_000_000, 1_000_000, 1_000_000, true, 5, true, 'string', true]
    expect(result(code)).toEqual(times)
  })

  it('writes to the log', () => {
    const node = given('log.warn("a", 1, { b: [2] }); console.log(null); console.error(undefined)')
    node.send({ payload: 1 })
    expect(node.log().map(({ level, text }) => [level, text])).toEqual([
      ['warn', 'a 1 {"b":[2]}'],
      ['info', 'null'],
      ['error', 'undefined'],
    ])
  })

  it('has timers, which end with the node', async () => {
    const node = given(
      `if (message.payload === 'stop') return clearInterval(local.i)
       setTimeout((a) => send({ payload: a }), 50, 'once')
       local.i = setInterval(() => send({ payload: 'again' }), 100)`,
    )
    node.send({ payload: 1 })
    node.advance(250)
    expect(node.emitted('out').map(({ payload }) => payload)).toEqual(['once', 'again', 'again'])
    node.send({ payload: 'stop' })
    node.advance(1000)
    expect(node.emitted('out')).toHaveLength(3)
    node.send({ payload: 1 })
    await node.close()
    expect(node.openTimers).toBe(0)
  })

  it('bounds timers, and shows what goes wrong in one', () => {
    const many = given('for (let n = 0; n < 2000; n += 1) setTimeout(() => {}, 10)')
    many.send({ payload: 1 })
    expect(many.failures()[0]?.message).toContain('1000 timers')
    const wrong = given('setTimeout(() => {\n nope() }, 10)')
    wrong.send({ payload: 1 })
    wrong.advance(10)
    expect(wrong.log()[0]?.text).toBe('ReferenceError: nope is not defined (line 2)')
    expect(wrong.statuses().at(-1)?.state).toBe('error')
  })

  it('shows what goes wrong later in the code of a timer', async () => {
    const node = given('setTimeout(async () => {\n await null\n nope() }, 10)')
    node.send({ payload: 1 })
    node.advance(10)
    await settle()
    expect(node.log()[0]?.text).toBe('ReferenceError: nope is not defined (line 3)')
  })

  it('reads and writes UTF-8', () => {
    const code = 'return { payload: decodeText(encodeText(decodeText(message.payload))) }'
    expect(result(code, { payload: new TextEncoder().encode('21 °C') })).toBe('21 °C')
  })
})

describe('function: mistakes', () => {
  it.each([
    ['const x = ;', "On each message: Unexpected token ';' (line 1, column 11)"],
    ['return message\n}, () => {', 'On each message: Unexpected token (line 2, column 1)'],
    ['let a = 1\n\nreturn a b', "On each message: Unexpected identifier 'b' (line 3, column 10)"],
    ['if (true) {', 'On each message: A bracket or quotation mark is not closed'],
    [
      'return import("fs")',
      'On each message: A function cannot import anything (line 1, column 8)',
    ],
  ])('refuses %o with its place', (code, message) => {
    expect(() => given(code)).toThrow(message)
    expect(() => given(code)).toThrow(expect.objectContaining({ code: 'FUNCTION_SYNTAX' }))
  })

  it.each([
    'import/**/("fs")',
    'import<!-- x\n("fs")',
    'import\n--> x\n//\n(\n"fs")',
    '[...import("fs")]',
  ])('finds the import in %o', (code) => {
    expect(() => given(code)).toThrow('cannot import')
  })

  it('says in which part of the code the mistake is', () => {
    expect(() => given('', { setup: '\n}' })).toThrow('At the start')
    expect(() => given('', { teardown: 'const' })).toThrow('At the end')
    const setup = 'local.x = 1\nnope()'
    expect(() => given('', { setup })).toThrow('ReferenceError: nope is not defined (line 2)')
  })

  it.each([
    ['the statement at hand', 'const a = 1\nmessage.x.y = a\nreturn', 2],
    ['a function that was called', 'const f = (x) => {\n return x.y.z\n}\nreturn f({})', 2],
    ['a statement after a call', 'function f() {\n return {}\n}\nreturn f().a.b', 4],
    ['a function without a block', 'return [{}].map(\n (x) =>\n x.y.z)', 3],
    ['a condition', 'const a = null\nif (a) return\nelse if (a.b) return', 3],
    ['a branch without a block', 'const a = null\nif (!a)\n a.b()', 3],
    ['a method', 'class A { static\n f() {\n null.x } }\nA.f()', 3],
    ['a loop', 'for (const x of [1, null])\n x.toString()', 2],
    ['a case', 'switch (1) {\n case 1:\n null.x\n}', 3],
    ['where it was thrown first', 'try {\n null.x\n} catch (e) {\n throw e\n}', 2],
    ['a new error', 'try {\n null.x\n} catch {\n throw new Error("a")\n}', 4],
    ['a directive', '"use strict"\n;(() => { "use strict"\n null.x })()', 3],
  ])('gives the line of %s', (_name, code, line) => {
    const node = given(code)
    node.send({ payload: 1 })
    // A new error notes its line where its function ends, that is in the statement that threw it.
    expect(node.failures()[0]?.message).toContain(`(line ${line})`)
  })

  it('fails a message with the line at which the code threw', () => {
    const node = given('const a = message.payload\n\nreturn a.b.c')
    node.send({ payload: {} })
    expect(node.failures()).toMatchObject([
      {
        code: 'FUNCTION_FAILED',
        message: "TypeError: Cannot read properties of undefined (reading 'c') (line 3)",
        original: { payload: {} },
      },
    ])
  })

  it.each([
    ['throw "text"', 'text'],
    ['throw null', 'null'],
    [
      'throw { toString() { throw 1 }, get message() { throw 2 } }',
      'An error that cannot be shown',
    ],
    ['throw Object.create(null)', '{} (line 1)'],
    ['const e = new Error("a"); e.name = "Mine"; throw e', 'Mine: a (line 1)'],
    ['undeclared = 1', 'ReferenceError: undeclared is not defined (line 1)'],
    ['(function f() { f() })()', 'RangeError: Maximum call stack size exceeded (line 1)'],
  ])('survives %o', (code, message) => {
    const node = given(code)
    node.send({ payload: 1 })
    node.send({ payload: 2 })
    expect(node.failures().map((failure) => failure.message)).toEqual([message, message])
  })
})

describe('function: code that waits', () => {
  it('sends what a promise gives, and keeps the message open until then', async () => {
    const node = given('await null; return { payload: message.payload + 1 }')
    const delivery = node.send({ payload: 1 })
    expect([node.openHolds, delivery.isSettled]).toEqual([1, false])
    await settle()
    expect(node.emitted('out')).toEqual([{ payload: 2 }])
    expect([node.openHolds, delivery.isSettled]).toEqual([0, true])
  })

  it('takes a promise from code that does not wait itself', async () => {
    const node = given('return Promise.resolve([message, message])', { outputs })
    node.send({ payload: 1 })
    await settle()
    expect([node.emitted('out').length, node.emitted('two').length]).toEqual([1, 1])
  })

  it('sends on behalf of the message after waiting', async () => {
    const node = given('send({ payload: 1 }); await null; send({ payload: 2 })')
    const delivery = node.send({ payload: 0 })
    await settle()
    expect(node.emitted('out').map(({ payload }) => payload)).toEqual([1, 2])
    expect(delivery.isSettled).toBe(true)
  })

  it('fails a message whose promise is rejected, with the line', async () => {
    const node = given('await null\nthrow new Error("late")')
    const delivery = node.send({ payload: 7 })
    await settle()
    expect(node.failures()).toMatchObject([
      { code: 'FUNCTION_FAILED', message: 'Error: late (line 2)', original: { payload: 7 } },
    ])
    expect([node.openHolds, delivery.isSettled]).toEqual([0, true])
  })

  it('handles so many at a time, presses, and takes the others after', async () => {
    const code = 'await new Promise((done) => setTimeout(done, 100)); return message'
    const node = given(code, { inFlightMax: 2 })
    const deliveries = [1, 2, 3, 4, 5].map((payload) => node.send({ payload }))
    expect([node.isPressing, node.openHolds]).toEqual([true, 5])
    for (const [done, pressing] of [
      [2, true],
      [4, false],
      [5, false],
    ] as const) {
      node.advance(100)
      await settle()
      expect(node.emitted('out')).toHaveLength(done)
      expect(node.isPressing).toBe(pressing)
    }
    expect(deliveries.every(({ isSettled }) => isSettled)).toBe(true)
  })

  it('fails messages beyond those that may wait', () => {
    const node = given('await new Promise(() => {})', { inFlightMax: 1 })
    for (let n = 0; n < 12; n += 1) node.send({ payload: n })
    expect(node.failures()).toMatchObject([{ code: 'FUNCTION_BUSY', original: { payload: 11 } }])
  })

  it('gives up on a promise that does not settle', async () => {
    const node = given('await new Promise((done) => { local.done = done }); return message', {
      timeoutMs: 1000,
    })
    node.send({ payload: 1 })
    node.advance(600)
    node.send({ payload: 2 })
    node.advance(400)
    expect(node.failures()).toMatchObject([{ code: 'FUNCTION_TIMEOUT', original: { payload: 1 } }])
    expect(node.openHolds).toBe(1)
    node.advance(600)
    expect(node.failures()).toHaveLength(2)
    expect([node.openHolds, node.isPressing]).toEqual([0, false])
  })

  it('gives everything back when it closes', async () => {
    const node = given('await new Promise(() => {})', { inFlightMax: 1 })
    const deliveries = [node.send({ payload: 1 }), node.send({ payload: 2 })]
    await node.close()
    expect(node.openHolds).toBe(0)
    for (const { error } of deliveries) expect(error).toMatchObject({ code: 'FUNCTION_STOPPED' })
  })
})
