import { useStore } from 'zustand'
import type { ConnectionField } from '@millrace/sdk/descriptor'
import { useWorkbench } from '../shell/context.tsx'
import { Button, Icon, IconButton } from '../ui/index.ts'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

/** Chooses among the connections of the right type, makes a new one, or opens one. */
export function ConnectionSelect(props: WidgetProps<ConnectionField>) {
  const { id, field, value, onChange, describedBy, problem } = props
  const { editor, layout } = useWorkbench()
  const documents = useStore(editor.connections.store, (state) => state.documents)
  const matching = [...documents.values()].filter(({ type }) => type === field.type)
  const chosen = typeof value === 'string' ? value : ''
  const isKnown = matching.some((connection) => connection.id === chosen)
  const make = () =>
    layout.openDialog({ kind: 'new-connection', type: field.type, assign: onChange })
  if (matching.length === 0 && chosen === '') {
    const title = `New ${field.label.toLowerCase()}`
    return (
      // The field's label would hide what the button says from a screen reader.
      <Button id={id} icon="plus" onClick={make} aria-label={title} aria-describedby={describedBy}>
        {title}
      </Button>
    )
  }
  return (
    <div className={styles['connection']}>
      <span className={styles['select']}>
        <select
          id={id}
          className={styles['input']}
          value={chosen}
          aria-required={field.required}
          aria-describedby={describedBy}
          aria-invalid={problem !== undefined || undefined}
          onChange={(event) => {
            if (event.target.value === newOne) make()
            else onChange(event.target.value === '' ? undefined : event.target.value)
          }}
        >
          {!isKnown && (
            <option value={chosen}>{chosen === '' ? 'Choose …' : `${chosen} (gone)`}</option>
          )}
          {matching.map((connection) => (
            <option key={connection.id} value={connection.id}>
              {connection.name}
            </option>
          ))}
          <option value={newOne}>New …</option>
        </select>
        <Icon name="chevron-down" size={14} />
      </span>
      <IconButton
        icon="pencil"
        label={`Edit this ${field.label.toLowerCase()}`}
        disabled={!isKnown}
        onClick={() => layout.openDialog({ kind: 'connection', id: chosen })}
      />
    </div>
  )
}

/** No id of a connection has a space in it. */
const newOne = 'a new one'
