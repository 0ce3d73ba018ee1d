import { useWorkbench } from '../shell/context.tsx'
import { Dialog } from '../ui/index.ts'
import { Gallery } from './gallery.tsx'

/** The examples in a window of their own. */
export function ExamplesDialog() {
  const { layout } = useWorkbench()
  return (
    <Dialog
      title="Start from an example"
      description="Each opens as a new flow with simulated data: press Deploy, and see it run."
      width="wide"
      testId="examples-dialog"
      onClose={() => layout.closeDialog()}
    >
      <Gallery onOpened={() => layout.closeDialog()} />
    </Dialog>
  )
}
