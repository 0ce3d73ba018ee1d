import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useWorkbench } from '../shell/context.tsx'
import { Button, Dialog } from '../ui/index.ts'
import styles from './dialogs.module.css'

/** Asks once more before a flow is deleted, and says what that stops. */
export function DeleteFlowDialog({ flow: name }: { readonly flow: string }) {
  const { editor, layout } = useWorkbench()
  const flow = useStore(editor.session, ({ flows }) => flows.find((each) => each.name === name))
  const [isBusy, setBusy] = useState(false)
  const hasStore = useHasStore(name)
  const [isStoreKept, setStoreKept] = useState(false)
  const isStopped = flow === undefined || flow.deployment.state === 'stopped'
  const remove = async () => {
    setBusy(true)
    await editor.deleteFlow(name, { isStoreKept })
    layout.closeDialog()
  }
  return (
    <Dialog
      title={`Delete ${flow?.title ?? name}?`}
      width="narrow"
      testId="delete-flow-dialog"
      onClose={() => layout.closeDialog()}
      actions={
        <>
          <Button autoFocus onClick={() => layout.closeDialog()}>
            Cancel
          </Button>
          <Button
            look="danger"
            icon="trash-2"
            isBusy={isBusy}
            disabled={isBusy}
            data-testid="delete-confirm"
            onClick={() => void remove()}
          >
            {isStopped ? 'Delete' : 'Stop and delete'}
          </Button>
        </>
      }
    >
      <p className={styles['dim']}>
        {isStopped
          ? 'The drawing goes, and cannot be brought back here.'
          : 'It is running: it stops now, and messages that are on their way in it are lost.'}{' '}
        Its deployed versions stay on the server’s disk.
      </p>
      {hasStore && (
        <label className={styles['check']}>
          <input
            type="checkbox"
            checked={isStoreKept}
            data-testid="keep-store"
            onChange={(event) => setStoreKept(event.target.checked)}
          />
          Keep its values over time, for other flows and Grafana
        </label>
      )}
    </Dialog>
  )
}

/** Whether the flow keeps values over time, which go with it unless they are to stay. */
function useHasStore(name: string): boolean {
  const { editor } = useWorkbench()
  const [hasStore, setHasStore] = useState(false)
  useEffect(() => {
    let isGone = false
    editor.api.stores().then(
      (stores) => !isGone && setHasStore(stores.includes(name)),
      // Without an answer they go, as the flow does.
      () => undefined,
    )
    return () => {
      isGone = true
    }
  }, [editor, name])
  return hasStore
}
