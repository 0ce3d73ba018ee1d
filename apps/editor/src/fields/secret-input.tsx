import { useState } from 'react'
import { useStore } from 'zustand'
import type { SecretField } from '@millrace/sdk/descriptor'
import { useWorkbench } from '../shell/context.tsx'
import { Button } from '../ui/index.ts'
import { useFieldSurroundings, type DraftSecrets } from './field-context.ts'
import styles from './fields.module.css'
import { SecretBox } from './secret-box.tsx'
import type { WidgetProps } from './widget-props.ts'

type SecretProps = WidgetProps<SecretField>

/** Can be set, replaced and cleared, but never read back. */
export function SecretInput(props: SecretProps) {
  const { draftSecrets } = useFieldSurroundings()
  return draftSecrets === undefined ? (
    <StoredSecret {...props} />
  ) : (
    <DraftSecret {...props} drafts={draftSecrets} />
  )
}

function useSetAt(name: string): number | undefined {
  const { editor } = useWorkbench()
  const { owner } = useFieldSurroundings()
  return useStore(
    editor.connections.store,
    ({ secrets }) =>
      secrets.find((secret) => secret.owner === owner && secret.field === name)?.setAt,
  )
}

/** Waits with the rest of a draft; an empty input leaves the secret as it is. */
function DraftSecret(props: SecretProps & { readonly drafts: DraftSecrets }) {
  const { id, name, field, describedBy, drafts, problem } = props
  const setAt = useSetAt(name)
  const draft = drafts.of(name)
  const hint = draft === null ? 'cleared when saved' : setAt === undefined ? 'not set' : '••••••••'
  return (
    <div className={styles['secret']}>
      <SecretBox
        id={id}
        value={draft ?? ''}
        hint={hint}
        describedBy={describedBy}
        isWrong={problem !== undefined}
        isRequired={field.required === true}
        onChange={(text) => drafts.set(name, text)}
      />
      {setAt !== undefined && (
        <Button
          size="small"
          look="quiet"
          onClick={() => drafts.set(name, draft === null ? undefined : null)}
        >
          {draft === null ? 'Keep' : 'Clear'}
        </Button>
      )}
    </div>
  )
}

/** Of a node: stored as soon as it is entered, because the flow itself never holds it. */
function StoredSecret({ id, name, field, describedBy, problem }: SecretProps) {
  const { editor } = useWorkbench()
  const { owner } = useFieldSurroundings()
  const setAt = useSetAt(name)
  const [typed, setTyped] = useState<string>()
  const attempt = async (work: Promise<void>) => {
    try {
      await work
      setTyped(undefined)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      editor.notify({ kind: 'error', text: 'The secret was not stored', detail })
    }
  }
  const save = () => {
    if (typed !== undefined && typed !== '')
      void attempt(editor.connections.setSecret(owner, name, typed))
  }
  if (setAt !== undefined && typed === undefined)
    return (
      <div className={styles['secret']}>
        <span id={id} className={styles['secretState']} aria-describedby={describedBy}>
          •••••••• <span className={styles['dim']}>set {dayOf(setAt)}</span>
        </span>
        <Button size="small" onClick={() => setTyped('')}>
          Replace
        </Button>
        <Button
          size="small"
          look="quiet"
          onClick={() => void attempt(editor.connections.removeSecret(owner, name))}
        >
          Clear
        </Button>
      </div>
    )
  return (
    <div className={styles['secret']}>
      <SecretBox
        id={id}
        value={typed ?? ''}
        hint="not set"
        describedBy={describedBy}
        isWrong={problem !== undefined}
        isRequired={field.required === true}
        onChange={setTyped}
        onEnter={save}
        onLeave={save}
      />
      {typed !== undefined && (
        <Button size="small" disabled={typed === ''} onClick={save}>
          Set
        </Button>
      )}
    </div>
  )
}

function dayOf(time: number): string {
  return new Date(time).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
}
