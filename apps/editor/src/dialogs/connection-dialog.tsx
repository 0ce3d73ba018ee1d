import { useEffect, useId, useRef, useState } from 'react'
import { connectionOwner } from '@millrace/flow'
import { FieldScope, Form, type FieldSurroundings } from '../fields/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import type { DialogRequest } from '../shell/layout.ts'
import { Button, Dialog } from '../ui/index.ts'
import { withConfig, withName, withSecret, type ConnectionDraft } from './connection-draft.ts'
import { ConnectionTest, useConnectionTest } from './connection-test.tsx'
import styles from './dialogs.module.css'
import { RemoveConnection } from './remove-connection.tsx'
import {
  useConnectionDraft,
  type ConnectionSubject,
  type EditedConnection,
} from './use-connection-draft.ts'

interface WayBack {
  /** The window that asked for the connection, where it was one. */
  readonly back?: (() => DialogRequest) | undefined
}

/** A connection's form, with secrets, and a test that says how far it gets. */
export function ConnectionDialog({ back, ...subject }: ConnectionSubject & WayBack) {
  const { layout } = useWorkbench()
  const form = useId()
  const edited = useConnectionDraft(subject)
  const { draft, saved, descriptor, isDirty, isWrong, isBusy, save } = edited
  const { id, type } = draft.document
  const test = useConnectionTest(id)
  const close = () => (back === undefined ? layout.closeDialog() : layout.openDialog(back()))
  const { element, failed, attempt } = useAttempt(isWrong)
  const change = (next: ConnectionDraft) => {
    edited.change(next)
    test.forget()
  }
  return (
    <Dialog
      title={saved?.name ?? `New ${descriptor?.title ?? type}`}
      description={descriptor?.summary}
      testId="connection-dialog"
      onClose={close}
      actions={
        <>
          {saved !== undefined && <RemoveConnection id={id} onRemoved={close} />}
          <span className={styles['spacer']} />
          <Button
            icon="plug-zap"
            isBusy={test.isRunning}
            disabled={isBusy || test.isRunning}
            data-testid="connection-test"
            onClick={() => attempt(() => void save().then((isSaved) => isSaved && test.run()))}
          >
            {isDirty ? 'Save and test' : 'Test'}
          </Button>
          <Button
            look="primary"
            type="submit"
            form={form}
            disabled={isBusy}
            data-testid="connection-save"
          >
            {isDirty ? 'Save' : 'Done'}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className={styles['stack']}
        onSubmit={(event) => {
          event.preventDefault()
          if (isBusy) return
          attempt(() => void save().then((isSaved) => isSaved && close()))
        }}
        ref={element}
      >
        <ConnectionForm edited={edited} insistence={failed} onChange={change} />
        <ConnectionTest test={test} />
      </form>
    </Dialog>
  )
}

/** Does something with a form that is right; of a wrong one it says what is, and goes there. */
function useAttempt(isWrong: boolean) {
  const element = useRef<HTMLFormElement>(null)
  const [failed, setFailed] = useState<object>()
  useEffect(() => {
    if (failed === undefined) return
    const wrong =
      '[aria-invalid], [data-wrong="error"] :is(input, select, button, [contenteditable])'
    element.current?.querySelector<HTMLElement>(wrong)?.focus()
  }, [failed])
  return { element, failed, attempt: (act: () => void) => (isWrong ? setFailed({}) : act()) }
}

interface ConnectionFormProps {
  readonly edited: EditedConnection
  readonly insistence: object | undefined
  readonly onChange: (draft: ConnectionDraft) => void
}

function ConnectionForm({ edited, insistence, onChange }: ConnectionFormProps) {
  const { draft, saved, descriptor, problems, error } = edited
  const surroundings: FieldSurroundings = {
    owner: connectionOwner(draft.document.id),
    problems,
    samples: () => [],
    settle: () => undefined,
    draftSecrets: {
      of: (field) => draft.secrets.get(field),
      set: (field, text) => onChange(withSecret(draft, field, text)),
    },
  }
  const isNameless = draft.document.name.trim() === ''
  const general = problems.filter(({ field }) => field === undefined).map(({ message }) => message)
  return (
    <>
      <label className={styles['field']}>
        <span className={styles['label']} data-required>
          Name
        </span>
        <input
          className={styles['input']}
          autoFocus={saved === undefined}
          maxLength={100}
          aria-required
          aria-invalid={isNameless || undefined}
          value={draft.document.name}
          onChange={(event) => onChange(withName(draft, event.target.value))}
        />
        {isNameless && (
          <span className={styles['wrong']} role="alert">
            Give it a name
          </span>
        )}
      </label>
      <FieldScope surroundings={surroundings} insistence={insistence}>
        {descriptor !== undefined && (
          <Form
            fields={descriptor.fields}
            config={draft.document.config}
            onChange={(field, value) => onChange(withConfig(draft, field, value))}
          />
        )}
      </FieldScope>
      {[...general, ...(error === undefined ? [] : [error])].map((message) => (
        <p key={message} className={styles['notice']} data-severity="error" role="alert">
          {message}
        </p>
      ))}
    </>
  )
}
