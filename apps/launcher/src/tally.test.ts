import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { closingLine, judge, readPlaywright, readVitest, single, sum } from './tally.mjs'

const folder = mkdtempSync(join(tmpdir(), 'millrace-tally-'))

afterAll(() => rmSync(folder, { recursive: true }))

function report(name: string, content: unknown): string {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(content))
  return file
}

test('sums up to the line that a machine reads', () => {
  const tally = sum([single('a', true), single('b', false), single('c', true)])
  expect(closingLine(tally)).toBe('2 passed, 1 failed')
  expect(closingLine({ ...tally, skipped: ['d'] })).toBe('2 passed, 1 failed, 1 skipped')
})

test('counts a skipped test as failed in CI', () => {
  const tally = { passed: 1, failed: [], skipped: ['needs a broker'] }
  expect(closingLine(judge(tally, true))).toBe('1 passed, 1 failed')
  expect(closingLine(judge(tally, false))).toBe('1 passed, 0 failed, 1 skipped')
})

test('counts a test file that could not be loaded', () => {
  const file = report('vitest.json', {
    testResults: [
      { name: 'lost.test.ts', status: 'failed', assertionResults: [] },
      {
        name: 'mixed.test.ts',
        status: 'failed',
        assertionResults: [
          { fullName: 'one', status: 'passed' },
          { fullName: 'two', status: 'failed' },
          { fullName: 'three', status: 'skipped' },
        ],
      },
    ],
  })
  expect(readVitest(file)).toEqual({
    passed: 1,
    failed: ['lost.test.ts', 'two'],
    skipped: ['three'],
  })
})

test('reads nested browser suites, with the reason of what was skipped', () => {
  const spec = (title: string, status: string, annotations: unknown[] = []) => ({
    title,
    tests: [{ status, annotations }],
  })
  const file = report('browser.json', {
    errors: [],
    suites: [
      {
        title: 'draw.spec.ts',
        specs: [spec('draws', 'expected')],
        suites: [
          {
            title: 'wires',
            specs: [
              spec('splices', 'unexpected'),
              spec('undoes', 'skipped', [{ type: 'skip', description: 'no browser' }]),
            ],
          },
        ],
      },
    ],
  })
  expect(readPlaywright(file)).toEqual({
    passed: 1,
    failed: ['draw.spec.ts › wires › splices'],
    skipped: ['draw.spec.ts › wires › undoes (no browser)'],
  })
})
