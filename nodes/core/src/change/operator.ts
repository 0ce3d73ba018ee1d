import { operator } from '@millrace/sdk'
import type { ConfigOf } from '@millrace/sdk/descriptor'
import { compileChanges } from './changes.ts'
import type { Change } from './changes.ts'
import { descriptor } from './descriptor.ts'

type Row = ConfigOf<typeof descriptor>['rows'][number]

export const change = operator(descriptor, ({ config, emit }) => {
  const { out } = emit
  const apply = compileChanges(config.rows.map(changeOf))
  return {
    onMessage(message) {
      out(apply(message))
    },
  }
})

function changeOf(row: Row): Change {
  switch (row.action) {
    case 'set':
      return { action: 'set', place: row.place, value: row.value }
    case 'delete':
      return { action: 'delete', place: row.place }
    case 'move':
    case 'copy':
      return { action: row.action, from: row.from, to: row.to }
  }
}
