import { useId } from 'react'
import { connectionOwner } from '@millrace/flow'
import { FieldContext, Form, type FieldSurroundings } from '../fields/index.ts'
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
            disabled={isWrong || isBusy || test.isRunning}
            data-testid="connection-test"
            onClick={() => void save().then((isSaved) => isSaved && test.run())}
          >
            {isDirty ? 'Save and test' : 'Test'}
          </Button>
          <Button
            look="primary"
            type="submit"
            form={form}
            disabled={isWrong || isBusy}
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
          if (!isWrong && !isBusy) void save().then((isSaved) => isSaved && close())
        }}
      >
        <ConnectionForm edited={edited} onChange={change} />
        <ConnectionTest test={test} />
      </form>
    </Dialog>
  )
}

interface ConnectionFormProps {
  readonly edited: EditedConnection
  readonly onChange: (draft: ConnectionDraft) => void
}

function ConnectionForm({ edited, onChange }: ConnectionFormProps) {
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
  const general = problems.filter(({ field }) => field === undefined).map(({ message }) => message)
  return (
    <>
      <label className={styles['field']}>
        <span className={styles['label']}>Name</span>
        <input
          className={styles['input']}
          autoFocus={saved === undefined}
          maxLength={100}
          value={draft.document.name}
          onChange={(event) => onChange(withName(draft, event.target.value))}
        />
      </label>
      <FieldContext value={surroundings}>
        {descriptor !== undefined && (
          <Form
            fields={descriptor.fields}
            config={draft.document.config}
            onChange={(field, value) => onChange(withConfig(draft, field, value))}
          />
        )}
      </FieldContext>
      {[...general, ...(error === undefined ? [] : [error])].map((message) => (
        <p key={message} className={styles['notice']} data-severity="error" role="alert">
          {message}
        </p>
      ))}
    </>
  )
}
