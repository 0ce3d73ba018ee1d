import { describe, expect, it } from 'vitest'
import { runInNewContext } from 'node:vm'
import { markLines } from './mark-lines.ts'
import type { MarkNames } from './mark-lines.ts'

const names: MarkNames = {
  mark: '$mark',
  goOn: '$goOn',
  later: '$later',
  line: '$line',
  error: '$error',
}

function same(value: unknown): unknown {
  return value
}

function evaluate(body: string): unknown {
  const result: unknown = runInNewContext(
    `'use strict'; JSON.stringify((function () {'use strict';\n${body}\n})())`,
    { $mark: same, $goOn: same, $later: same },
  )
  return result
}

describe('marked code gives what the code itself gives:', () => {
  it.each([
    'return 1',
    'const a = 1\nconst b = 2\nreturn a + b',
    'let s = 0\nfor (let i = 0; i < 3; i++) s += i\nfor (const x of [1, 2])\n  s += x\nreturn s',
    'let n = 0\ndo n++; while (n < 3) return n',
    'let n = 3\nwhile (n --> 1) n\nreturn n',
    'if (0) return 1\nelse if (1)\n return 2\nelse\n return 3',
    'if (1)\n if (0)\n return 1\n else\n return 2\nreturn 3',
    'a: for (const x of [1, 2])\n for (const y of [1, 2])\n  if (y === 2) continue a; else if (x === 2) break a\nreturn "end"',
    'switch (2) {\n case 1: return 1\n case 2:\n default: return 2 }',
    'return f()\nfunction f() { "use strict"\n return 1 }',
    'const f = x => y => x + y\nreturn f(1)(2)',
    'const f = () => ({ a: 1 })\nreturn f()',
    'const f = () => // => {\n  /* => */ (\n  [1, 2])\nreturn f()',
    'const f = async x => await x, g = (a = () => 1, { b } = {}) => a() + (b ?? 1)\nreturn g()',
    'const f = function named() { return named.name }\nconst g = () => 1\nreturn [f(), g.name, g.length]',
    'class A { #p = () => 1; static n = 2\n static { this.m = 3 }\n get q() { return this.#p() } static async *g() { yield 1 } }\nreturn [new A().q, A.n, A.m]',
    'class A { constructor(x) { this.x = x } }\nclass B extends A { constructor() { super(5) } }\nreturn new B()',
    'const o = { m() { return super.toString === Object.prototype.toString }, get g() { return 1 }, ["c" + 1]: () => 2 }\nreturn [o.m(), o.g, o.c1()]',
    'function* g() { const x = yield 1\n yield x }\nconst i = g()\nreturn [i.next().value, i.next(7).value]',
    'try { null.x } catch (e) { return e.name } finally { 1 }',
    'try { throw { a: 1 } } catch ({ a }) { return a }',
    'try { throw 1 } catch { return 2 }',
    'const t = `a${[1, 2].map((x) => `<${x}>`).join("")}\nconst b = 1`\nreturn t',
    'const r = /[/\\]}]+/g, x = 4 / 2 / 1\nreturn ["a/]}".replace(r, ""), x]',
    'const a = [1]\n;[2].forEach((x) => a.push(x))\nreturn a',
    'var i = 1\n++i\nreturn i',
    'return [..."ab"].map((c, i, { length }) => ({ c, i, length }))',
    'return (() => { return arguments.length })()',
    'const { a = (() => 1)() } = {}\nreturn a',
    'for (const f of [() => 1]) return f()',
    'return [1, 2, 3]\n  .filter((x) => x > 1)\n  .map((x) =>\n    x * 2)',
    'async function f(x) { return (await x)?.a ?? [await x, await await x] }\nreturn typeof f',
    'const l = []\nconst p = { then: (f, g) => f(1) + g(2), catch: (f) => f }\nreturn [p.then(x => x, (x) => { return x * 2 }), p.catch(3), p.then(...[(x) => x, (x) => x]), p.catch((1, 2))]',
    'return 1 // the end',
    'return 1 /* the\nend */',
    '// only a comment',
    '',
  ])('%j', (code) => {
    const marked = markLines(code, names)
    expect(marked.ok).toBe(true)
    if (marked.ok) expect(evaluate(marked.body)).toBe(evaluate(code))
  })
})

describe('marking lines', () => {
  it.each([
    ['await x', true],
    ['for await (const x of y) {}', true],
    ['if (a) { b(await c) }', true],
    ['return async () => { await x }', false],
    ['return x.await, "await" // await', false],
    ['class A { async m() { await 1 } }', false],
  ])('sees whether %o awaits something itself', (code, isAsync) => {
    expect(markLines(code, names)).toMatchObject({ ok: true, isAsync })
  })

  it.each([
    ['} {', { line: 1, column: 1 }],
    ['const a = 1\n }); (function () {', { line: 2, column: 2 }],
    ['with (a) {}', { line: 1, column: 1 }],
  ])('refuses %o, which is no body of a function', (code, place) => {
    expect(markLines(code, names)).toMatchObject({ ok: false, place })
  })

  it('refuses code that is nested beyond the stack', () => {
    const marked = markLines(`return ${'['.repeat(100_000)}${']'.repeat(100_000)}`, names)
    expect(marked).toMatchObject({ ok: false, text: expect.stringMatching(/stack|nested/) })
  })
})
