import { describe, expect, test } from 'vitest'
import { checkTemplate, compileTemplate, interpretTemplate, parseTemplate } from './template.ts'

const message = {
  payload: {
    t: 21.5,
    name: 'pump',
    list: [1, 'a'],
    none: null,
    ok: false,
    b: Uint8Array.from([72, 105]),
  },
  topic: 'plant/1',
}

function render(source: string): string {
  const [compiled, interpreted] = [compileTemplate(source), interpretTemplate(source)]
  if (!compiled.ok || !interpreted.ok) throw new Error(JSON.stringify(compiled))
  expect(interpreted.value(message)).toBe(compiled.value(message))
  return compiled.value(message)
}

describe('holes are filled', () => {
  test.each([
    ['', ''],
    ['plain', 'plain'],
    ['{{topic}}', 'plant/1'],
    ['T = {{ payload.t }} °C', 'T = 21.5 °C'],
    ['{{payload.t}}{{payload.name}}', '21.5pump'],
    ['{{payload.none}}|{{payload.missing}}|{{payload.ok}}', '||false'],
    ['{{payload.list}}', '[1,"a"]'],
    ['{{ {a: {b: payload.t}}}}', '{"a":{"b":21.5}}'],
    ['{{payload.b}}', 'Hi'],
    ['{{"{{"}} and {{"}}"}}', '{{ and }}'],
    ['{ {a} }} }', '{ {a} }} }'],
    ['{{{a: 1}}}', '{"a":1}'],
    ['a\n{{ payload.t // note\n }}\nb', 'a\n21.5\nb'],
    ['{{1/0}}', ''],
    ['{{round(payload.t * 9 / 5 + 32, 1)}}', '70.7'],
    ['`${topic}` \\ "quotes" \u2028', '`${topic}` \\ "quotes" \u2028'],
  ])('%j', (source, expected) => {
    expect(render(source)).toBe(expected)
  })
})

describe('mistakes are placed in the whole template', () => {
  test.each<[string, [number, number, string][]]>([
    ['abc {{payload.}} x', [[14, 15, 'after "." at column 15, found "}}"']]],
    ['{{}}', [[0, 2, 'Expected an expression between "{{" and "}}" at column 1']]],
    ['a {{  }} b', [[2, 4, 'column 3']]],
    ['a {{topic', [[9, 9, 'Expected an operator or "}}" at column 10, found the end']]],
    ['a {{topic} b', [[9, 10, 'found "}"']]],
    [
      '{{1 +}} {{abs("x")}} {{nope()}}',
      [
        [5, 6, 'Expected a value'],
        [14, 17, 'Expected a number'],
        [23, 27, 'nope'],
      ],
    ],
    ['line\n{{ 1 ++ 2 }}', [[10, 12, 'at line 2, column 6']]],
    ['{{"unclosed}} text', [[2, 3, 'has no end']]],
    ['x'.repeat(100_001), [[100_000, 100_001, 'A template may have up to 100000']]],
  ])('%j', (source, expected) => {
    const { problems } = checkTemplate(source)
    expect(problems.map(({ start, end }) => [start, end])).toEqual(expected.map(([a, b]) => [a, b]))
    problems.forEach((problem, index) => expect(problem.message).toContain(expected[index]?.[2]))
    expect(compileTemplate(source).ok).toBe(false)
    expect(interpretTemplate(source).ok).toBe(false)
  })

  test('unknown roots are warnings', () => {
    const result = compileTemplate('{{msg.payload}}', { roots: ['payload'] })
    expect(result).toMatchObject({ ok: true, problems: [{ start: 2, severity: 'warning' }] })
  })
})

test('the parts cover the source', () => {
  const source = 'a {{ topic }} b {{1}}{{2}}'
  const { parts } = parseTemplate(source)
  expect(parts.map(({ start, end }) => source.slice(start, end))).toEqual([
    'a ',
    '{{ topic }}',
    ' b ',
    '{{1}}',
    '{{2}}',
  ])
})

test('a template of very many holes is compiled', () => {
  expect(render('{{1}}'.repeat(20_000))).toBe('1'.repeat(20_000))
})
