import type { FlowEditor } from '../model/index.ts'

export function CanvasArea({ flow }: { readonly flow: FlowEditor }) {
  return <p>{flow.name}</p>
}
