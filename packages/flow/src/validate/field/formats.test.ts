import { expect, test } from 'vitest'
import { checkFormat } from './formats.ts'
import type { TextFormat } from './formats.ts'

const good: Readonly<Record<TextFormat, readonly string[]>> = {
  'mqtt-topic': ['a', 'plant/1/temperature', '/leading', 'trailing/', '$SYS/x', 'ü/温'],
  'mqtt-filter': ['a', '+', '#', 'a/+/b', 'a/#', '+/+', '$share/group/a/#', '/'],
  url: ['http://localhost:8086', 'https://a.b/c?d=e', 'ws://x', 'http://[::1]:80/'],
  'http-path': ['/', '/a', '/a/:id', '/a/:id/b/:other_1', '/a.json', '/a%20b', '/a/'],
  host: ['localhost', 'a.b.example', '127.0.0.1', '::1', '[::1]', 'my_host', 'fe80::1%eth0'],
  cron: [
    '* * * * *',
    '*/5 6-18 * * mon-fri',
    '0 0 1,15 jan,jul *',
    '30 0 0 * * 7',
    '0-30/10 * * * *',
  ],
  identifier: ['a', '_a1', 'snake_case'],
}

const bad: Readonly<Record<TextFormat, readonly string[]>> = {
  'mqtt-topic': ['a/+', '#', 'a\0b', 'x'.repeat(65_536), 'ü'.repeat(40_000)],
  'mqtt-filter': [
    'a+',
    'a/b#',
    '#/a',
    'a/#/b',
    'a/+b',
    '$share/group',
    '$share//a',
    '$share/+/a',
    'a\0',
  ],
  url: [
    'localhost:8086',
    'http//x',
    'http://',
    'http://a b',
    'javascript:alert(1)',
    'http://u:p@x/',
    'http://[x]/',
  ],
  'http-path': ['a', '/a//b', '/a/../b', '/:', '/:1a', '/a b', '/a?b', '/a#b', '/:id/:id', '/{x}'],
  host: ['http://x', 'a:1883', 'a b', '-a', 'a..b', 'a/b', 'x'.repeat(64), ':::'],
  cron: [
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-1 * * * *',
    'a * * * *',
    '1/2/3 * * * *',
    '* * * * * * *',
  ],
  identifier: ['1a', 'a-b', 'a b', 'ä'],
}

const cases = (texts: typeof good) =>
  Object.entries(texts).flatMap(
    ([format, list]) => list.map((text) => [format as TextFormat, text] as const), // keys of a record by format
  )

test.for(cases(good))('accepts %s %j', ([format, text]) => {
  expect(checkFormat(format, text)).toBeNull()
})

test.for(cases(bad))('refuses %s %j with a sentence', ([format, text]) => {
  expect(checkFormat(format, text)).toMatch(/\w+ \w+/)
})
