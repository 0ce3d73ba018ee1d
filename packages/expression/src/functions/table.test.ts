import { describe, expect, test } from 'vitest'
import { compile, interpret } from '../compile.ts'
import { pathsRead } from '../syntax/paths-read.ts'
import { parse } from '../syntax/parser.ts'
import { functionTable } from './table.ts'

const message = { payload: {}, topic: 'plant/1' }

function evaluate(source: string): unknown {
  const compiled = compile(source)
  const interpreted = interpret(source)
  if (!compiled.ok || !interpreted.ok) throw new Error(JSON.stringify(compiled))
  const value = compiled.value(message)
  expect(interpreted.value(message)).toEqual(value)
  return value
}

describe('the example of every function gives what it says', () => {
  test.each(functionTable.map(({ name, example }) => ({ name, ...example })))(
    '$source is $value',
    ({ name, source, value }) => {
      expect(evaluate(source)).toEqual(value)
      expect(source).toContain(`${name}(`)
    },
  )
})

test('every entry is complete, once, and shows itself in its preferred notation', () => {
  const names = functionTable.map((entry) => entry.name)
  expect(new Set(names).size).toBe(names.length)
  const incomplete = functionTable.filter(
    ({ summary, parameters }) => !/^[A-Z\d-].*\.$/.test(summary) || parameters.length === 0,
  )
  expect(incomplete).toEqual([])
  expect(JSON.parse(JSON.stringify(functionTable))).toEqual(functionTable)
})

test('no function reads a clock', () => {
  const { ast } = parse('time')
  expect(ast && pathsRead(ast)).toEqual([['time']])
  expect(functionTable.map((entry) => entry.name)).not.toContain('now')
})

describe('more cases', () => {
  test.each<[string, unknown]>([
    ['size("é😀")', 3],
    ['size([])', 0],
    ['size({a: 1})', 1],
    ['"abc".contains("")', true],
    ['[1, [2]].contains([2])', true],
    ['[1, null].contains(2)', null],
    ['[1].contains(1)', true],
    ['contains("abc", "b")', true],
    ['"a.b".replace(".", "$&")', 'a$&b'],
    ['"abc".replace("", "x")', 'abc'],
    ['"aaa".replace("a", "")', ''],
    ['"".split(",")', ['']],
    ['"abc".split("")', ['a', 'b', 'c']],
    ['[].join(",")', ''],
    ['[1, null, [2]].join(",")', '1,,[2]'],
    ['["a", "b"].join()', 'ab'],
    ['"abc".substring(1, 2)', 'b'],
    ['"abc".substring(2, 99)', 'c'],
    ['"abc".substring(-5)', 'abc'],
    ['"abc".charAt(9)', ''],
    ['"abc".indexOf("z")', -1],
    ['round(2.5)', 3],
    ['round(-2.5)', -3],
    ['round(0.5)', 1],
    ['round(-0.4)', -0],
    ['round(1.005, 2)', 1.01],
    ['round(-1.005, 2)', -1.01],
    ['round(1.45, 1)', 1.5],
    ['round(8.345, 2)', 8.35],
    ['round(1234.5, -2)', 1200],
    ['round(1e21, 2)', 1e21],
    ['round(5e-324, 3)', 0],
    ['round(1.7976931348623157e308, 5)', 1.7976931348623157e308],
    ['round(21.05, 1)', 21.1],
    ['min(2, 1)', 1],
    ['min([3, 1, null, 2])', 1],
    ['["b", "a"].min()', 'a'],
    ['[1, "a"].max()', null],
    ['max(7)', 7],
    ['max([1], 2)', null],
    ['clamp(-1, 0, 5)', 0],
    ['scale(5, 1, 1, 0, 1)', null],
    ['bitAnd(0xF0F0, 255)', 240],
    ['bitOr(0xFFFFFFFF, 0)', 4294967295],
    ['shiftLeft(1, 40)', 0],
    ['log(100, 10)', 2],
    ['[].sum()', 0],
    ['[1, "2"].sum()', null],
    ['[1, 2, 3].slice(-2)', [2, 3]],
    ['["b", "a"].sort()', ['a', 'b']],
    ['[10, 9, 1].sort()', [1, 9, 10]],
    ['[1, "a"].sort()', null],
    ['[[1], [1], {a: 1}, {a: 1}, null, null].distinct()', [[1], { a: 1 }, null]],
    ['[1, [2, [3]]].flatten()', [1, 2, [3]]],
    ['["a"].elementIndex("z")', -1],
    ['first([])', null],
    ['last([])', null],
    ['int(-1.9)', -1],
    ['int("0x1F")', 31],
    ['number("")', null],
    ['number("1e3")', 1000],
    ['number(true)', 1],
    ['bool("OFF")', false],
    ['bool(2)', null],
    ['bool(0)', false],
    ['string([1, "a"])', '[1,"a"]'],
    ['string({a: bytes("hi")})', '{"a":"aGk="}'],
    ['string(true)', 'true'],
    ['string(1e21)', '1e+21'],
    ['toJson("a\\"b")', '"a\\"b"'],
    ['json("[1, {\\"a\\": null}]")', [1, { a: null }]],
    ['json("{\\"__proto__\\": 1}").size()', 1],
    ['base64Decode("_-8=")[0]', 255],
    ['base64Decode("a")', null],
    ['base64Decode("a b c d")', null],
    ['hexDecode("abc")', null],
    ['hexDecode("zz")', null],
    ['hexDecode("ffff").readNumber(0, "int16")', -1],
    ['hexDecode("0000803f").readNumber(0, "float32le")', 1],
    ['hexDecode("00").readNumber(0, "int16")', null],
    ['hexDecode("00").readNumber(-1)', null],
    ['timestamp("2026-01-01")', 1_767_225_600_000],
    ['timestamp("2026-01-01T01:00:00+01:00")', 1_767_225_600_000],
    ['timestamp("2026-01-01 00:00:00.5")', 1_767_225_600_500],
    ['timestamp("2024-02-29")', 1_709_164_800_000],
    ['timestamp("0001-01-01")', -62_135_596_800_000],
    ['timestamp(5)', 5],
    ['duration("1.5s")', 1500],
    ['duration("-1h")', -3_600_000],
    ['duration("2d")', 172_800_000],
    ['formatTime(1767225600000)', '2026-01-01T00:00:00.000Z'],
    ['formatTime(1767225600007, "dd.MM.yyyy HH:mm:ss,SSS")', '01.01.2026 00:00:00,007'],
    ['dayOfWeek(0)', 4],
    ['hour(1e99)', null],
    ['nullIf("a", "b")', 'a'],
    ['distance(0, 0, 0, 180) > 20015000', true],
    ['distance(1, 2, 1, 2)', 0],
    ['"a/b".matchesTopic("a/#")', true],
    ['"a".matchesTopic("a/#")', true],
    ['"a/b".matchesTopic("a/+/#")', true],
    ['"a/b/c".matchesTopic("a/+")', false],
    ['"a".matchesTopic("+/b")', false],
    ['"$SYS/x".matchesTopic("#")', false],
    ['"$SYS/x".matchesTopic("$SYS/#")', true],
    ['"a/b".matchesTopic("a/#/b")', false],
    ['"a/".matchesTopic("a/+")', true],
    ['"7".padStart(3)', '  7'],
    ['fixed(21.456, 1)', '21.5'],
  ])('%s', (source, expected) => {
    expect(evaluate(source)).toEqual(expected)
  })
})
