import type { KeyboardEvent } from 'react'
import type { ListField } from '@millrace/sdk/descriptor'
import { Button, IconButton } from '../ui/index.ts'
import { useFieldSurroundings } from './field-context.ts'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

type Row = Readonly<Record<string, unknown>>

/** Rows that can be added, removed and put in another order (Alt+arrows). */
export function ListEditor({
  id,
  path,
  field,
  value,
  onChange,
  renderForm,
}: WidgetProps<ListField>) {
  const rows = rowsOf(value)
  const { settle } = useFieldSurroundings()
  const put = (next: readonly Row[]) => {
    settle()
    onChange(next)
  }
  const move = (from: number, to: number) => {
    const row = rows[from]
    if (row === undefined || to < 0 || to >= rows.length) return
    put(rows.toSpliced(from, 1).toSpliced(to, 0, row))
  }
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    move(index, event.key === 'ArrowUp' ? index - 1 : index + 1)
  }
  return (
    <div id={id} className={styles['list']} role="group" aria-labelledby={`${id}-label`}>
      {rows.map((row, index) => (
        <div
          key={typeof row['id'] === 'string' ? row['id'] : index}
          className={styles['listRow']}
          role="group"
          aria-label={`${field.itemLabel} ${index + 1}`}
          onKeyDown={(event) => onKeyDown(event, index)}
        >
          <div className={styles['listRowHead']}>
            <span className={styles['dim']}>{index + 1}</span>
            <span className={styles['grow']} />
            <IconButton
              icon="arrow-up"
              size="small"
              label={`Move ${field.itemLabel} ${index + 1} up`}
              shortcut="Alt+ArrowUp"
              disabled={index === 0}
              onClick={() => move(index, index - 1)}
            />
            <IconButton
              icon="arrow-down"
              size="small"
              label={`Move ${field.itemLabel} ${index + 1} down`}
              shortcut="Alt+ArrowDown"
              disabled={index === rows.length - 1}
              onClick={() => move(index, index + 1)}
            />
            <IconButton
              icon="x"
              size="small"
              label={`Remove ${field.itemLabel} ${index + 1}`}
              disabled={rows.length <= (field.min ?? 0)}
              onClick={() => put(rows.toSpliced(index, 1))}
            />
          </div>
          {renderForm({
            fields: field.item,
            config: row,
            prefix: `${path}[${index}].`,
            onChange: (name, changed) => onChange(rows.with(index, changedRow(row, name, changed))),
          })}
        </div>
      ))}
      <Button
        icon="plus"
        size="small"
        look="quiet"
        disabled={rows.length >= (field.max ?? 100)}
        onClick={() => put([...rows, { id: freeId(rows) }])}
      >
        Add {field.itemLabel}
      </Button>
    </div>
  )
}

function rowsOf(value: unknown): readonly Row[] {
  if (!Array.isArray(value)) return []
  return value.filter((row: unknown): row is Row => typeof row === 'object' && row !== null)
}

function changedRow(row: Row, name: string, value: unknown): Row {
  if (value !== undefined) return { ...row, [name]: value }
  const { [name]: _gone, ...rest } = row
  return rest
}

/** The smallest number that no row has as its id; ports are named by it. */
function freeId(rows: readonly Row[]): string {
  const taken = new Set(rows.map((row, index) => row['id'] ?? String(index + 1)))
  let number = 1
  while (taken.has(String(number))) number += 1
  return String(number)
}
