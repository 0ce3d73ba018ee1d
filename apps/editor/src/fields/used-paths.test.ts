import { expect, test } from 'vitest'
import { usedPaths } from './used-paths.ts'

test('finds the places that settings name, in rows too, and not what is called on them', () => {
  const configs = [
    { condition: 'payload.temperature > 30 && topic.startsWith("plant/")' },
    {
      rows: [{ id: '1', value: 'payload.place.hall.trim()' }],
      template: 'at {{ payload.temperature }}',
    },
    { broker: 'embedded', sizeMs: 3 },
  ]
  expect(usedPaths(configs)).toEqual(['payload.temperature', 'payload.place.hall'])
})
