import type { FlowEditor } from '../model/index.ts'
import type { Workbench } from './context.tsx'

/**
 * Deploys the canvas, or an earlier version again. Where nodes would lose their state it says so
 * first, in a dialog that goes on from there.
 */
export async function deployWithCare(
  { layout }: Pick<Workbench, 'layout'>,
  flow: FlowEditor,
  version?: number,
): Promise<void> {
  // Without an answer nothing can be said beforehand.
  const losses = await flow.stateLosses(version).catch(() => [])
  if (losses.length === 0) await flow.deploy(version === undefined ? {} : { version })
  else layout.openDialog(version === undefined ? { kind: 'deploy' } : { kind: 'versions', version })
}
