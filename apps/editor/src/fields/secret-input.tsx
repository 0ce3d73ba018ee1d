import { useState } from 'react'
import { useStore } from 'zustand'
import type { SecretField } from '@millrace/sdk/descriptor'
import { useWorkbench } from '../shell/context.tsx'
import { Button } from '../ui/index.ts'
import { useFieldSurroundings } from './field-context.ts'
import styles from './fields.module.css'
import type { WidgetProps } from './widget-props.ts'

/** Can be set, replaced and cleared, but never read back. */
export function SecretInput({ id, name, describedBy }: WidgetProps<SecretField>) {
  const { editor } = useWorkbench()
  const { owner } = useFieldSurroundings()
  const known = useStore(editor.connections.store, ({ secrets }) =>
    secrets.find((secret) => secret.owner === owner && secret.field === name),
  )
  const [typed, setTyped] = useState<string>()
  const save = async (text: string) => {
    try {
      await editor.connections.setSecret(owner, name, text)
      setTyped(undefined)
    } catch (error) {
      editor.notify({
        kind: 'error',
        text: 'The secret could not be stored',
        detail: String(error),
      })
    }
  }
  if (known !== undefined && typed === undefined)
    return (
      <div className={styles['secret']}>
        <span id={id} className={styles['secretState']} aria-describedby={describedBy}>
          ••••••• <span className={styles['dim']}>set {dayOf(known.setAt)}</span>
        </span>
        <Button size="small" onClick={() => setTyped('')}>
          Replace
        </Button>
        <Button
          size="small"
          look="quiet"
          onClick={() => void editor.connections.removeSecret(owner, name)}
        >
          Clear
        </Button>
      </div>
    )
  return (
    <form
      className={styles['secret']}
      onSubmit={(event) => {
        event.preventDefault()
        if (typed !== undefined && typed !== '') void save(typed)
      }}
    >
      <input
        id={id}
        className={styles['input']}
        type="password"
        autoComplete="new-password"
        value={typed ?? ''}
        placeholder="not set"
        aria-describedby={describedBy}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => typed !== undefined && typed !== '' && void save(typed)}
      />
      {typed !== undefined && (
        <Button size="small" type="submit" disabled={typed === ''}>
          Set
        </Button>
      )}
    </form>
  )
}

function dayOf(time: number): string {
  return new Date(time).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
}
