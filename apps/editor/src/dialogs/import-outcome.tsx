import type { ImportResult } from '@millrace/protocol'
import { useWorkbench } from '../shell/context.tsx'
import { Button, Dialog, Icon } from '../ui/index.ts'
import styles from './dialogs.module.css'

interface ImportOutcomeProps {
  readonly result: ImportResult
  readonly onClose: () => void
}

/** What came of an import, and what is left to do by hand: secrets never travel. */
export function ImportOutcome({ result, onClose }: ImportOutcomeProps) {
  const { flows, connections, problems, secretsMissing } = result
  const errors = problems.filter(({ severity }) => severity === 'error').length
  return (
    <Dialog
      title="Imported"
      testId="import-outcome"
      onClose={onClose}
      actions={
        <Button look="primary" autoFocus onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className={styles['stack']}>
        <div className={styles['rows']}>
          {flows.map(({ name, importedAs }) => (
            <div key={importedAs} className={styles['row']}>
              <Icon name="workflow" size={14} />
              <span className={styles['name']}>{importedAs}</span>
              {name !== importedAs && <span className={styles['aside']}>was {name}</span>}
            </div>
          ))}
          {connections.map(({ id, outcome }) => (
            <ConnectionRow key={id} id={id} outcome={outcome} />
          ))}
        </div>
        {secretsMissing.length > 0 && <SecretsMissing secrets={secretsMissing} />}
        {errors > 0 && (
          <p className={styles['notice']} data-severity="warning">
            {errors === 1 ? '1 problem has' : `${errors} problems have`} to be mended before all of
            it can run; the list of problems leads there.
          </p>
        )}
      </div>
    </Dialog>
  )
}

function ConnectionRow({ id, outcome }: ImportResult['connections'][number]) {
  const { editor } = useWorkbench()
  const name = editor.connections.store.getState().documents.get(id)?.name ?? id
  return (
    <div className={styles['row']}>
      <Icon name="plug" size={14} />
      <span className={styles['name']}>{name}</span>
      <span className={styles['aside']}>{outcome === 'kept' ? 'was here, kept' : 'added'}</span>
    </div>
  )
}

function SecretsMissing({ secrets }: { readonly secrets: ImportResult['secretsMissing'] }) {
  const { editor, layout } = useWorkbench()
  const { documents } = editor.connections.store.getState()
  return (
    <section className={styles['notice']} data-severity="warning">
      <p className={styles['noticeTitle']}>Secrets do not travel. To be set here:</p>
      <ul>
        {secrets.map(({ owner, field }) => {
          const id = owner.startsWith('connection/') ? owner.slice('connection/'.length) : undefined
          const name = id === undefined ? owner : (documents.get(id)?.name ?? id)
          return (
            <li key={`${owner} ${field}`}>
              {id === undefined ? (
                `${field} of ${name}`
              ) : (
                <button
                  type="button"
                  className={styles['problem']}
                  onClick={() => layout.openDialog({ kind: 'connection', id })}
                >
                  <Icon name="key-round" size={14} />
                  {field} of {name}
                </button>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
