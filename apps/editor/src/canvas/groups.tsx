import { useState } from 'react'
import type { Group } from '@millrace/flow'
import { around } from '../model/geometry.ts'
import { useFlowPart, useStage } from './stage-context.tsx'
import styles from './groups.module.css'

/** Room between a group's frame and its cards. */
const padding = 24

/** The frames around nodes that belong together. */
export function Groups() {
  const groups = useFlowPart(({ document }) => document.groups)
  useFlowPart(({ document }) => document.layout)
  return [...groups.values()].map((group) => <GroupFrame key={group.id} group={group} />)
}

function GroupFrame({ group }: { readonly group: Group }) {
  const { scene, flow } = useStage()
  const [isRenaming, setRenaming] = useState(false)
  const isSelected = useFlowPart(({ selection }) =>
    group.nodes.every((id) => selection.nodes.has(id)),
  )
  const frame = around(group.nodes.flatMap((id) => scene.nodes.get(id) ?? []))
  if (frame === undefined) return null
  return (
    <div
      className={styles['group']}
      data-group={group.id}
      data-testid={`group-${group.id}`}
      data-selected={isSelected || undefined}
      style={{
        left: frame.x - padding,
        top: frame.y - padding - 8,
        width: frame.width + 2 * padding,
        height: frame.height + 2 * padding + 8,
      }}
    >
      {isRenaming ? (
        <input
          className={styles['input']}
          aria-label="Name of the group"
          defaultValue={group.name}
          // It was asked for by a double click.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          onBlur={(event) => {
            const name = event.target.value.trim()
            if (name !== '' && name !== group.name) flow.renameGroup(group.id, name)
            setRenaming(false)
          }}
          onKeyDown={(event) => {
            event.stopPropagation()
            if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
          }}
        />
      ) : (
        <span className={styles['name']} onDoubleClick={() => setRenaming(true)}>
          {group.name}
        </span>
      )}
    </div>
  )
}
