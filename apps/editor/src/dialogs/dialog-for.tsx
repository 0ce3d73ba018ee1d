import type { DialogRequest } from '../shell/layout.ts'
import { useActiveFlow } from '../shell/context.tsx'
import { later } from '../ui/index.ts'
import { ConnectionDialog } from './connection-dialog.tsx'
import { DeleteFlowDialog } from './delete-flow-dialog.tsx'
import { DeployDialog } from './deploy-dialog.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { ResetStateDialog } from './reset-state-dialog.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { VersionsDialog } from './versions-dialog.tsx'

const ExamplesDialog = later(async () => (await import('../examples/index.ts')).ExamplesDialog)
const GrafanaDialog = later(async () => (await import('../grafana/index.ts')).GrafanaDialog)

/** The window that was asked for. */
export function DialogFor({ request }: { readonly request: DialogRequest }) {
  const flow = useActiveFlow()
  switch (request.kind) {
    case 'deploy':
      return flow === undefined ? null : <DeployDialog flow={flow} />
    case 'versions':
      return flow === undefined ? null : <VersionsDialog flow={flow} version={request.version} />
    case 'import':
      return <ImportDialog text={request.text ?? ''} />
    case 'examples':
      return <ExamplesDialog />
    case 'export':
      return <ExportDialog flows={request.flows} />
    case 'connection':
      return <ConnectionDialog key={request.id} id={request.id} />
    case 'new-connection':
      return <ConnectionDialog type={request.type} assign={request.assign} back={request.back} />
    case 'grafana':
      return <GrafanaDialog flow={request.flow} connection={request.connection} />
    case 'delete-flow':
      return <DeleteFlowDialog flow={request.flow} />
    case 'reset-state':
      return flow === undefined ? null : <ResetStateDialog flow={flow} />
    case 'shortcuts':
      return <ShortcutsDialog />
  }
}
