import { CompletionContext } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { expect, test } from 'vitest'
import type { Message } from '@millrace/sdk'
import { completer } from './completion.ts'

const samples: readonly Message[] = [
  { payload: { temperature: 21.5, place: { hall: 3 } }, topic: 'plant/1' },
]

function completed(
  text: string,
  kinds = { isTemplate: false, isPath: false },
  { seen = samples, used = [] }: { seen?: readonly Message[]; used?: readonly string[] } = {},
) {
  const state = EditorState.create({ doc: text })
  const known = { samples: () => seen, used: () => used }
  const found = completer(known, kinds)(new CompletionContext(state, text.length, true))
  return { from: found?.from, labels: found?.options.map(({ label }) => label) ?? [] }
}

test('offers what stands in the newest messages', () => {
  const { from, labels } = completed('1 + payload.te')
  expect(from).toBe('1 + payload.'.length)
  expect(labels).toContain('temperature')
  expect(labels).toContain('place.hall')
})

test('offers the parts of a message and what other nodes use before a message was seen', () => {
  const known = { seen: [], used: ['payload.temperature'] }
  const kinds = { isTemplate: false, isPath: false }
  expect(completed('', kinds, known).labels.slice(0, 5)).toEqual([
    'payload',
    'topic',
    'key',
    'time',
    'payload.temperature',
  ])
  expect(completed('payload.', kinds, known).labels[0]).toBe('temperature')
})

test('offers functions by how they begin', () => {
  const { labels } = completed('rou')
  expect(labels).toContain('round')
  expect(labels).toContain('payload.temperature')
  expect(labels).not.toContain('abs')
  expect(completed('payload.te').labels).not.toContain('filter')
})

test('offers no functions for a path', () => {
  expect(completed('p', { isTemplate: false, isPath: true }).labels).toEqual([
    'payload',
    'payload.temperature',
    'payload.place',
    'payload.place.hall',
    'topic',
    'key',
    'time',
  ])
})

test('completes in a template only between its braces', () => {
  const kinds = { isTemplate: true, isPath: false }
  expect(completed('payl', kinds).labels).toEqual([])
  expect(completed('{{ payl', kinds).labels).toContain('payload.temperature')
  expect(completed('{{ key }} payl', kinds).labels).toEqual([])
})

test('does not offer the word that is being typed', () => {
  const known = { seen: [], used: ['payload.temp', 'payload.temperature'] }
  const { labels } = completed('payload.temp', { isTemplate: false, isPath: false }, known)
  expect(labels).toContain('temperature')
  expect(labels).not.toContain('temp')
})
