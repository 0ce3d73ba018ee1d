import { describe, expect, it } from 'vitest'
import { run } from '@millrace/sdk/testing'
import { functionOperator } from './operator.ts'

/**
 * Ways out of `node:vm` that were used in the wild. Each ends with a call of `found` on whatever
 * might be a means to run code outside; none may get hold of `process`.
 */
const snippets: readonly (readonly [string, string])[] = [
  ['the constructor of the message', `found(message.constructor.constructor)`],
  ['the constructor of a nested value', `found(message.payload.list.constructor.constructor)`],
  ['the constructor of bytes', `found(message.payload.bytes.buffer.constructor.constructor)`],
  ['the constructor of a date', `found(message.payload.date.constructor.constructor)`],
  [
    'the global object',
    `found(globalThis.constructor.constructor); found(this?.constructor?.constructor)`,
  ],
  ['eval and Function', `found((code) => eval(code)); found(Function)`],
  [
    'constructors of other functions',
    `for (const f of [async () => {}, function* () {}, async function* () {}]) found(f.constructor)`,
  ],
  [
    'the functions of the api',
    `for (const f of [send, log.info, state.get, now, setTimeout]) found(f.constructor)`,
  ],
  [
    'errors thrown by the api',
    `for (const bad of [
       () => send(message, 'nowhere'), () => send(5), () => decodeText(5), () => state.set({}, 1),
       () => { const a = {}; a.a = a; send(a) }, () => setTimeout(5), () => encodeText({ toString: () => ({}) }),
     ]) { try { bad(); log.info('no error') } catch (e) { found(e.constructor.constructor) } }`,
  ],
  [
    'errors of the engine when the stack is full',
    `const dive = (call) => { try { return dive(call) } catch (e) { try { call() } catch (f) {
       found(f.constructor.constructor) } found(e.constructor.constructor) } }
     for (const call of [() => send({ payload: [[[1]]] }), () => state.get('a'), () => log.info('a')]) dive(call)`,
  ],
  [
    'the frames of the stack',
    `try { Error.prepareStackTrace = (e, frames) => frames } catch {}
     const { stack } = new Error()
     if (Array.isArray(stack)) for (const f of stack) { found(f.getFunction()?.constructor); found(f.getThis()?.constructor?.constructor) }`,
  ],
  [
    'callers',
    `function f() { try { found(f.caller.constructor) } catch {} try { found(arguments.callee.caller.constructor) } catch {} } f()`,
  ],
  [
    'a proxy and getters in the result',
    `const trap = (...all) => { for (const x of all) { try { found(x.constructor.constructor) } catch {} } return undefined }
     send(new Proxy({}, { get: trap, ownKeys: (...a) => { trap(...a); return ['a'] }, getPrototypeOf: (...a) => { trap(...a); return null },
       getOwnPropertyDescriptor: (...a) => { trap(...a); return { value: 1, enumerable: true, configurable: true } }, has: trap }))
     send({ get payload() { trap(this, arguments.callee); return 1 }, toJSON: trap })`,
  ],
  [
    'a thenable',
    `return { payload: 1, then(resolve, reject) { found(resolve.constructor); found(reject.constructor); resolve(null) } }`,
  ],
  [
    'species and iterators',
    `class Mine extends Array { static get [Symbol.species]() { return function (...all) { for (const x of all) trap(x); return [] } } }
     const trap = (x) => { try { found(x.constructor.constructor) } catch {} }
     send({ payload: Mine.from([1, 2]) }); send({ payload: { [Symbol.iterator]: trap, [Symbol.toPrimitive]: trap } })`,
  ],
  [
    'changed objects of the language',
    `for (const change of [
       () => { Array.prototype.push = function (x) { found(x?.constructor?.constructor) } },
       () => { Object.prototype.polluted = 1 }, () => { Promise.prototype.then = found }, () => { Map.prototype.get = found },
       () => { globalThis.JSON = {} }, () => { Object.defineProperty(Object.prototype, 'get', { value: 1 }) },
       () => { Function.prototype.call = found }, () => { Object.setPrototypeOf(Math, {}) },
     ]) { try { change(); log.info('changed') } catch (e) { found(e.constructor.constructor) } }`,
  ],
  [
    'functions that the engine calls through a proxy',
    `const named = new Error()
     const trap = (_target, _this, list) => found(list.constructor.constructor)
     Object.defineProperty(named, 'name', { get: new Proxy(() => {}, { apply: trap }) }); String(named.stack)
     send(Object.defineProperty({}, 'payload', { enumerable: true, get: new Proxy(() => {}, { apply: trap }) }))`,
  ],
  [
    'the text of a stack, read when the stack is full',
    `const errors = Array.from({ length: 3000 }, () => new Error('x')); let n = 0
     const dive = () => { try { dive() } catch {} if (n < 3000) try { errors[n++].stack } catch (e) { caught.add(e) } }
     dive()`,
  ],
  [
    'the stack of what is no error',
    `const holder = {}; Error.captureStackTrace?.(holder); atTheBrim(() => holder.stack); found(holder.stack?.constructor?.constructor)`,
  ],
  [
    'what a promise of its own is given',
    `const mine = Promise.resolve(1); let given = []
     Object.defineProperty(mine, 'then', { value: (...all) => { given = all; for (const one of all) found(one.constructor) } })
     setTimeout(() => { for (const one of given) atTheBrim(() => one(1)); for (const e of caught) found(e.constructor.constructor) }, 1)
     return mine`,
  ],
  [
    'the services, called when the stack is full',
    `for (const call of [
       () => Date.now(), () => new Date(), () => Date(), () => now(), () => log.info('a'), () => console.error('a'),
       () => state.get('a'), () => state.set('a', [{}]), () => state.delete('a'), () => state.keys(),
       () => send({ payload: [{}] }), () => send(null, 9), () => decodeText(message.payload.bytes), () => encodeText('a'),
       () => setTimeout(() => {}, 1), () => clearTimeout(1), () => new Date().toLocaleString(), () => new Intl.NumberFormat(),
     ]) atTheBrim(call, 9)`,
  ],
  [
    'getters of the result, run when the stack is full',
    `const dive = () => dive(); atTheBrim(() => send({ get payload() { try { dive() } catch (e) { caught.add(e) } return 1 } }), 1)
     atTheBrim(() => send({ get payload() { dive() } }), 1)`,
  ],
  [
    'a caller in sloppy mode',
    `}, () => {
       const sloppy = function () { found(sloppy.caller?.constructor); for (const x of sloppy.caller?.arguments ?? []) found(x?.constructor?.constructor) }
       log.info({ toJSON: sloppy })`,
  ],
  [
    'symbols that the engine knows',
    `const seen = (...all) => { for (const x of all) found(x?.constructor?.constructor) }
     const known = ['nodejs.util.inspect.custom', 'nodejs.util.promisify.custom', 'nodejs.rejection'].map((n) => Symbol.for(n))
     for (const symbol of [...known, Symbol.toPrimitive, Symbol.toStringTag]) {
       log.info({ [symbol]: seen }); send({ payload: { [symbol]: seen } })
       try { send({ payload: { get a() { throw { [symbol]: seen } } } }) } catch (e) { found(e.constructor.constructor) } }`,
  ],
  [
    'code after the end of the function',
    `}}); (function () { return () => { found(this?.constructor?.constructor)`,
  ],
]

const found = `const found = (make) => {
  try {
    if (typeof make !== 'function') return
    const got = make('return process')
    log.error('ESCAPED ' + typeof (typeof got === 'function' ? got() : got))
  } catch (e) { log.debug(String(e)) }
};
const caught = new Set()
// Calls it with ever more of the stack left, from none at all; from places not a frame apart, too.
const atTheBrim = (call, shiftMax = 24) => {
  for (let shift = 0; shift < shiftMax; shift += 4) {
    let calls = 0
    const dive = () => { try { dive() } catch {} if (calls++ < 800) try { call() } catch (e) { caught.add(e) } }
    dive(...Array(shift))
  }
}`

describe('function: code cannot get out of its realm by', () => {
  it.each(snippets)('%s', async (_name, code) => {
    const payload = { list: [1], bytes: new Uint8Array(2), date: new Date(0) }
    const lines: string[] = []
    try {
      const node = run(functionOperator, {
        code: `${found}\ntry {\n${code}\n} finally {\nfor (const e of caught) found(e?.constructor?.constructor)\nlog.info('end') }`,
      })
      node.send({ payload })
      node.advance(1)
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
      lines.push(...node.log().map(({ level, text }) => `${level} ${text}`))
      lines.push(...node.failures().map(({ message }) => `error ${message}`))
    } catch (error) {
      // Not even compiled.
      lines.push(`error ${String(error)}`)
    }
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.filter((line) => /ESCAPED|changed|no error/.test(line))).toEqual([])
    expect('polluted' in {}).toBe(false)
  })

  it('names that lead to the machine', () => {
    const names = [
      'process',
      'require',
      'module',
      'Buffer',
      'fetch',
      'global',
      'WebAssembly',
      'Atomics',
    ]
    const code = `return { payload: ${JSON.stringify(names)}.filter((n) => n in globalThis) }`
    const node = run(functionOperator, { code })
    node.send({ payload: 1 })
    expect(node.emitted('out')[0]?.payload).toEqual([])
  })

  it('the realm of another node', () => {
    const writer = run(functionOperator, { code: 'Math.secret = 1' })
    writer.send({ payload: 1 })
    expect(writer.failures()[0]?.message).toContain('not extensible')
    const reader = run(functionOperator, { code: 'return { payload: Math.secret ?? null }' })
    reader.send({ payload: 1 })
    expect(reader.emitted('out')[0]?.payload).toBe(null)
  })
})
