import { useState } from 'react'
import type { ListField } from '@millrace/sdk/descriptor'
import { Button } from '../ui/index.ts'
import { useFieldSurroundings } from './field-context.ts'
import styles from './fields.module.css'
import { ListRow } from './list-row.tsx'
import type { WidgetProps } from './widget-props.ts'

type Row = Readonly<Record<string, unknown>>

/** Rows that can be added, removed and put in another order, by dragging or Alt+arrows. */
export function ListEditor(props: WidgetProps<ListField>) {
  const { id, path, field, value, onChange, renderForm } = props
  const rows = rowsOf(value)
  const { settle } = useFieldSurroundings()
  const [dragged, setDragged] = useState<number>()
  const put = (next: readonly Row[]) => {
    settle()
    onChange(next)
  }
  const move = (from: number, to: number) => {
    const row = rows[from]
    if (row === undefined || to < 0 || to >= rows.length) return
    put(rows.toSpliced(from, 1).toSpliced(to, 0, row))
  }
  return (
    <div id={id} className={styles['list']} role="group" aria-labelledby={`${id}-label`}>
      {rows.map((row, index) => (
        <ListRow
          key={typeof row['id'] === 'string' ? row['id'] : index}
          label={`${capital(field.itemLabel)} ${index + 1}`}
          isFirst={index === 0}
          isLast={index === rows.length - 1}
          isDragged={dragged === index}
          isDropPlace={dragged !== undefined && dragged !== index}
          onDrag={(isDragged) => setDragged(isDragged ? index : undefined)}
          onDrop={() => dragged !== undefined && move(dragged, index)}
          onMove={(by) => move(index, index + by)}
          onRemove={
            rows.length > (field.min ?? 0) ? () => put(rows.toSpliced(index, 1)) : undefined
          }
        >
          {renderForm({
            fields: field.item,
            config: row,
            prefix: `${path}[${index}].`,
            onChange: (name, changed) => onChange(rows.with(index, changedRow(row, name, changed))),
          })}
        </ListRow>
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

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
