import type { DialogRequest } from '../shell/layout.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Dialog } from '../ui/index.ts'

/** The window that was asked for. */
export function DialogFor({ request }: { readonly request: DialogRequest }) {
  const { layout } = useWorkbench()
  return (
    <Dialog title={request.kind} onClose={() => layout.closeDialog()}>
      {null}
    </Dialog>
  )
}
