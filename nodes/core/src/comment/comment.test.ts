import { expect, it } from 'vitest'
import { hasErrorPort, outputPorts } from '@millrace/sdk/descriptor'
import { comment } from './note.ts'

it('is drawn and never runs: it has no ports and no behaviour', () => {
  const { descriptor } = comment
  expect(descriptor.kind).toBe('note')
  expect([...descriptor.inputs, ...outputPorts(descriptor, {})]).toEqual([])
  expect(hasErrorPort(descriptor)).toBe(false)
  expect(comment).not.toHaveProperty('create')
})
