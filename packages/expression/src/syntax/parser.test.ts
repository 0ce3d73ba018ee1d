import { describe, expect, test } from 'vitest'
import { childrenOf } from './ast.ts'
import type { Node } from './ast.ts'
import { parse } from './parser.ts'
import { pathsRead } from './paths-read.ts'
import { print } from './print.ts'

function canonical(source: string): string {
  const { ast, problems } = parse(source)
  return ast ? print(ast) : problems.map((problem) => problem.message).join('\n')
}

describe('the canonical text shows how an expression was read', () => {
  test.each([
    ['1+2*3', '1 + 2 * 3'],
    ['(1+2)*3', '(1 + 2) * 3'],
    ['1-2-3', '1 - 2 - 3'],
    ['1-(2-3)', '1 - (2 - 3)'],
    ['8/4/2', '8 / 4 / 2'],
    ['a||b&&c', 'a || b && c'],
    ['(a||b)&&c', '(a || b) && c'],
    ['a&&b||c&&d', 'a && b || c && d'],
    ['a==b&&c!=d', 'a == b && c != d'],
    ['a<b==c', 'a < b == c'],
    ['a<(b==c)', 'a < (b == c)'],
    ['1+2<3+4', '1 + 2 < 3 + 4'],
    ['a in b+c', 'a in b + c'],
    ['!a&&b', '!a && b'],
    ['!(a&&b)', '!(a && b)'],
    ['!!a', '!!a'],
    ['-a.b', '-a.b'],
    ['(-a).b', '(-a).b'],
    ['- -1', '-(-1)'],
    ['2--1', 'Expected an operator or the end at column 2, found "--"'],
    ['2- -1', '2 - -1'],
    ['a?b:c?d:e', 'a ? b : c ? d : e'],
    ['(a?b:c)?d:e', '(a ? b : c) ? d : e'],
    ['a?b?1:2:3', 'a ? b ? 1 : 2 : 3'],
    ['a||b?c:d', 'a || b ? c : d'],
    ['a . b [ "c" ] [ 0 ] . d ( e )', 'a.b["c"][0].d(e)'],
    ['f()', 'f()'],
    ['f(a,b,)', 'f(a, b)'],
    ['[1,2,]', '[1, 2]'],
    ['[]', '[]'],
    ['{}', '{}'],
    ['{a:1,"b c":2,(topic):3,3:4,}', '{a: 1, "b c": 2, (topic): 3, 3: 4}'],
    ['{true:1,in:2}', '{true: 1, in: 2}'],
    ['{(true):1}', '{(true): 1}'],
    ['l.map(x,x+1)', 'l.map(x, x + 1)'],
    ['l.map(x,x>0,x+1)', 'l.map(x, x > 0, x + 1)'],
    ['l.exists_one(x,x)', 'l.exists_one(x, x)'],
    ['payload.in.true.null', 'payload.in.true.null'],
    ['a // a comment\n+ b // another', 'a + b'],
    ['\u00a0a\ufeff', 'a'],
    ['_a$1', '_a$1'],
    ['größe', 'größe'],
    ['12', '12'],
    ['1.5e3', '1500'],
    ['.5', '0.5'],
    ['0xFF', '255'],
    ['1e-7', '1e-7'],
    ['true', 'true'],
    ['null', 'null'],
  ])('%s', (source, expected) => {
    expect(canonical(source)).toContain(expected)
  })
})

describe('text literals', () => {
  test.each([
    [`"a"`, 'a'],
    [`'a"b'`, 'a"b'],
    [`"a'b"`, "a'b"],
    [`"\\n\\t\\\\\\"\\'"`, '\n\t\\"\''],
    [`"\\x41\\u00e9\\U0001F600"`, 'Aé😀'],
    [`"\\101"`, 'A'],
    [`r"\\d+\\n"`, '\\d+\\n'],
    [`R'a\\'`, 'a\\'],
    [`"""a "quoted"\nline"""`, 'a "quoted"\nline'],
    [`'''it's'''`, "it's"],
    [`r"""\\"""`, '\\'],
    [`""`, ''],
    [`"\u2028"`, '\u2028'],
    [`"\\ud83d\\ude00"`, '😀'],
  ])('%s', (source, expected) => {
    expect(parse(source)).toMatchObject({ ast: { kind: 'literal', value: expected }, problems: [] })
  })
})

describe('a mistake is found at its place and said', () => {
  test.each([
    [
      '',
      0,
      0,
      'Expected a value such as payload.temperature, 20 or "text" at column 1, found the end',
    ],
    ['   ', 3, 3, 'column 4'],
    ['1 +', 3, 3, 'Expected a value'],
    ['(1', 2, 2, 'Expected a closing ")" at column 3, found the end'],
    ['1)', 1, 2, 'Expected an operator or the end at column 2, found ")"'],
    ['f(1', 3, 3, 'a comma or a closing ")"'],
    ['[1 2]', 3, 4, 'Expected a comma or a closing "]" at column 4, found the number 2'],
    ['{a 1}', 3, 4, 'a ":" after the key'],
    ['{a: 1', 5, 5, 'a comma or a closing "}"'],
    ['a[1', 3, 3, 'a closing "]"'],
    ['a.', 2, 2, 'a property or function name after "."'],
    ['a.1', 1, 3, 'found the number 0.1'],
    ['a ? b', 5, 5, 'Expected a ":" and what holds otherwise at column 6'],
    ['"abc', 0, 1, 'The text that begins at column 1 has no end'],
    ['"a\nb"', 0, 1, 'line 1, column 1 has no end'],
    ['"\\q"', 1, 3, 'Expected an escape such as'],
    ['"\\u12"', 1, 3, 'Expected an escape'],
    ['"\\UFFFFFFFF"', 1, 3, 'Expected an escape'],
    ['12abc', 0, 5, 'Expected a number at column 1, found "12abc"'],
    ['1e999', 0, 5, 'too large'],
    ['a § b', 2, 3, 'found the character "§"'],
    ['`a`', 0, 1, 'write text in single or double quotes'],
    ['a === b', 2, 5, 'use == to compare'],
    ['a = b', 2, 3, 'use == to compare'],
    ['a & b', 2, 3, 'use && for "and"'],
    ['a and b', 2, 5, 'use && for "and"'],
    ['a or b', 2, 4, 'use || for "or"'],
    ['a ?? b', 2, 4, 'use ifNull'],
    ['a?.b', 1, 3, 'a missing property is null'],
    ['2 ** 3', 2, 4, 'use pow'],
    ['x => x', 2, 4, 'list.map'],
    ['a; b', 1, 2, 'one expression only'],
    ['in a', 0, 2, 'a value before "in"'],
    ['l.map(x)', 6, 7, 'a variable name and a comma'],
    ['l.filter(x, a, b)', 2, 17, 'filter() expects two arguments'],
    ['l.map(x,)', 2, 9, 'map() expects two or three arguments'],
    ['a\n  + +b', 6, 7, 'line 2, column 5'],
  ])('%j', (source, start, end, message) => {
    const { ast, problems } = parse(source)
    expect(ast).toBeNull()
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ start, end, severity: 'error' })
    expect(problems[0]?.message).toContain(message)
  })
})

test('every node knows where it stands in the source', () => {
  const source = ' ( payload.list[0] + 1 ) * -x.y(topic, [2]).map(e, e > 1 ? {k: e} : "z") '
  const { ast } = parse(source)
  const texts = ast ? collect(ast).map((node) => source.slice(node.start, node.end)) : []
  expect(texts).toEqual(
    expect.arrayContaining([
      'payload.list[0] + 1',
      'payload.list[0]',
      'payload.list',
      'payload',
      '0',
      'x.y(topic, [2])',
      '[2]',
      'e > 1 ? {k: e} : "z"',
      '{k: e}',
      'k',
      '"z"',
    ]),
  )
})

test('a variable is known only inside its comprehension', () => {
  const { ast } = parse('x.all(x, x > x.map(y, y)[0]) && y')
  const kinds = ast
    ? collect(ast).filter((node) => node.kind === 'root' || node.kind === 'variable')
    : []
  expect(kinds.map((node) => `${node.kind} ${'name' in node ? node.name : ''}`)).toEqual([
    'root x',
    'variable x',
    'variable x',
    'variable y',
    'root y',
  ])
})

describe('what an expression reads', () => {
  test.each([
    ['payload.temperature > 30 && topic.startsWith("p")', [['payload', 'temperature'], ['topic']]],
    ['payload.a["b c"][0].d', [['payload', 'a', 'b c', 0, 'd']]],
    ['payload.a[key].d', [['payload', 'a'], ['key']]],
    ['payload.list.map(x, x.y + topic)', [['payload', 'list'], ['topic']]],
    ['time + time', [['time']]],
    ['1 + 2', []],
  ])('%s', (source, expected) => {
    const { ast } = parse(source)
    expect(ast && pathsRead(ast)).toEqual(expected)
  })
})

describe('limits', () => {
  const deep = 'up to 64 levels deep'
  test.each([
    ['parentheses', '('.repeat(5000) + '1' + ')'.repeat(4999), deep],
    ['lists', '['.repeat(5000), deep],
    ['maps', '{a:'.repeat(3000), deep],
    ['negations', `${'!'.repeat(9000)}a`, deep],
    ['minus signs', `${'- '.repeat(4900)}1`, deep],
    ['conditionals', 'a ? '.repeat(2000), deep],
    ['calls', 'f('.repeat(4000), deep],
    ['indexes', 'a['.repeat(4000), deep],
    ['comprehensions', 'l.map(x, '.repeat(1000), deep],
    ['a chain of sums', '1+'.repeat(4999) + '1', 'chain of operators is too long'],
    ['a chain of members', 'a' + '.a'.repeat(4999), 'chain of operators is too long'],
    ['a megabyte', 'a'.repeat(1_000_000), 'An expression may have up to 10000 characters'],
  ])('%s', (_, source, message) => {
    const { ast, problems } = parse(source)
    expect(ast).toBeNull()
    expect(problems[0]?.message).toContain(message)
  })

  test('what is within them is read', () => {
    expect(parse('('.repeat(60) + '1' + ')'.repeat(60)).problems).toEqual([])
    expect(parse(Array.from({ length: 400 }, (_, i) => `a${i} > 0`).join(' && ')).problems).toEqual(
      [],
    )
  })
})

function collect(node: Node): Node[] {
  return [node, ...childrenOf(node).flatMap(collect)]
}
