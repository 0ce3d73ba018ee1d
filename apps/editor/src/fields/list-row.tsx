import { useState, type KeyboardEvent, type ReactNode } from 'react'
import { Icon, IconButton } from '../ui/index.ts'
import styles from './fields.module.css'

interface ListRowProps {
  /** Such as `Case 2`. */
  readonly label: string
  readonly isFirst: boolean
  readonly isLast: boolean
  readonly isDragged: boolean
  /** Whether another row is being dragged, which may be put here. */
  readonly isDropPlace: boolean
  readonly onDrag: (isDragged: boolean) => void
  readonly onDrop: () => void
  readonly onMove: (by: 1 | -1) => void
  /** Absent where the list needs the row. */
  readonly onRemove: (() => void) | undefined
  readonly children: ReactNode
}

/** One row of a list, with what moves and removes it. */
export function ListRow(props: ListRowProps) {
  const { label, isDragged, isDropPlace, onDrop, onMove, children } = props
  const [isOver, setOver] = useState(false)
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    event.stopPropagation()
    onMove(event.key === 'ArrowUp' ? -1 : 1)
  }
  return (
    <div
      className={styles['listRow']}
      role="group"
      aria-label={label}
      data-dragged={isDragged || undefined}
      data-over={(isOver && isDropPlace) || undefined}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!isDropPlace) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false)
        if (!isDropPlace) return
        event.preventDefault()
        onDrop()
      }}
    >
      <RowHead {...props} />
      {children}
    </div>
  )
}

/** By which the browser tells a dragged row from other things. */
const rowType = 'application/x-millrace-row'

function RowHead({ label, isFirst, isLast, onDrag, onMove, onRemove }: ListRowProps) {
  return (
    <div className={styles['listRowHead']}>
      {!(isFirst && isLast) && (
        <span
          className={styles['grip']}
          draggable
          aria-hidden
          onDragStart={({ dataTransfer }) => {
            dataTransfer.effectAllowed = 'move'
            dataTransfer.setData(rowType, label)
            onDrag(true)
          }}
          onDragEnd={() => onDrag(false)}
        >
          <Icon name="grip-vertical" size={14} />
        </span>
      )}
      <span className={styles['grow']}>{label}</span>
      <IconButton
        icon="arrow-up"
        size="small"
        label={`Move ${label} up`}
        shortcut="Alt+ArrowUp"
        disabled={isFirst}
        onClick={() => onMove(-1)}
      />
      <IconButton
        icon="arrow-down"
        size="small"
        label={`Move ${label} down`}
        shortcut="Alt+ArrowDown"
        disabled={isLast}
        onClick={() => onMove(1)}
      />
      <IconButton
        icon="x"
        size="small"
        label={`Remove ${label}`}
        disabled={onRemove === undefined}
        onClick={onRemove}
      />
    </div>
  )
}
