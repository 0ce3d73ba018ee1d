import { useState } from 'react'
import { useStore } from 'zustand'
import { nameOf, titleOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Button, Dialog } from '../ui/index.ts'
import styles from './dialogs.module.css'

const mostNamed = 8

/** Asks once more before a flow forgets what it knows, and says which nodes begin anew. */
export function ResetStateDialog({ flow }: { readonly flow: FlowEditor }) {
  const { editor, layout } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const [isBusy, setBusy] = useState(false)
  const document = useFlowState(flow, (state) => state.document)
  const deployed = useFlowState(flow, (state) => state.deployed)
  const { nodes } = deployed ?? document
  const named = [...nodes.values()]
    .filter(({ type }) => catalog.descriptors.get(type)?.stateful === true)
    .map((node) => nameOf(catalog, node))
  const reset = async () => {
    setBusy(true)
    if (await flow.resetState()) layout.closeDialog()
    else setBusy(false)
  }
  return (
    <Dialog
      title={`Reset the state of ${titleOf(document)}?`}
      width="narrow"
      testId="reset-state-dialog"
      onClose={() => layout.closeDialog()}
      actions={
        <>
          <Button autoFocus onClick={() => layout.closeDialog()}>
            Cancel
          </Button>
          <Button
            look="danger"
            icon="rotate-ccw"
            isBusy={isBusy}
            disabled={isBusy}
            data-testid="reset-state-confirm"
            onClick={() => void reset()}
          >
            Reset state
          </Button>
        </>
      }
    >
      <div className={styles['stack']}>
        <p className={styles['dim']}>
          Everything it keeps on disk goes, and cannot be brought back: state, messages that were on
          their way, and what its sources took in and have not passed on. The next time it is
          deployed it begins from nothing. The drawing and its versions stay.
        </p>
        {named.length > 0 && (
          <p className={styles['dim']}>
            Begins anew: {named.slice(0, mostNamed).join(', ')}
            {named.length > mostNamed && ` and ${named.length - mostNamed} more`}.
          </p>
        )}
      </div>
    </Dialog>
  )
}
