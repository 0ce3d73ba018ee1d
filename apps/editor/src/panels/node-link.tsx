import { nameOf, type FlowEditor } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import styles from './panel.module.css'

interface NodeLinkProps {
  readonly flow: FlowEditor | undefined
  readonly node: string
}

/** The name of a node; a click selects it and brings it into view. */
export function NodeLink({ flow, node: id }: NodeLinkProps) {
  const { editor, view } = useWorkbench()
  const node = flow?.store.getState().document.nodes.get(id)
  const name = node === undefined ? id : nameOf(editor.catalog.getState(), node)
  return (
    <button
      type="button"
      className={styles['node']}
      title={`Show ${name} on the canvas`}
      disabled={node === undefined}
      onClick={() => {
        flow?.select([id])
        view.showNode(id)
      }}
    >
      {name}
    </button>
  )
}
