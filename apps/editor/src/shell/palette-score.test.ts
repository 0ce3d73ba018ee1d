import { expect, test } from 'vitest'
import { paletteScore } from './palette-score.ts'

test('a command that begins with what was typed stands before a node that has it in its settings', () => {
  const command = paletteScore('Import… flow.import', 'import')
  const node = paletteScore('Mark function-1', 'import', [
    'Function',
    'const x = important(message)',
  ])
  expect(command).toBeGreaterThan(node)
  expect(node).toBeGreaterThan(0)
})

test('the beginning of the name is better than of a word, that than the middle, that than letters', () => {
  const scores = ['Deploy', 'Not deployed', 'Redeploy', 'd-e-p-l-o-y x'].map((name) =>
    paletteScore(name, 'deploy'),
  )
  expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  expect(new Set(scores).size).toBe(4)
})

test('every word has to fit somewhere', () => {
  expect(paletteScore('Bring a version back onto the canvas…', 'back version')).toBeGreaterThan(0.5)
  expect(paletteScore('Deploy', 'deploy zebra')).toBe(0)
  expect(paletteScore('Deploy', '  ')).toBe(1)
})
