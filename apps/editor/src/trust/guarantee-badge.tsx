import { useStore } from 'zustand'
import { guaranteeTitles, type FlowGuarantee } from '@millrace/flow'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Icon, Tooltip } from '../ui/index.ts'
import styles from './guarantee.module.css'
import { useGuarantee } from './use-guarantee.ts'

/** Ends that the tooltip tells apart. */
const mostEnds = 6

/** What the flow promises of delivery, in two words; why, for whoever points at it. */
export function GuaranteeBadge({
  flow,
  className,
}: {
  readonly flow: FlowEditor
  readonly className?: string | undefined
}) {
  const { layout } = useWorkbench()
  const found = useGuarantee(flow)
  if (found === null) return null
  const show = () => {
    flow.select([])
    layout.openInspector()
  }
  return (
    <Tooltip side="top" text={<Ends flow={flow} found={found} />}>
      <button
        type="button"
        className={className}
        data-guarantee={found.guarantee}
        data-testid="guarantee"
        onClick={show}
      >
        <Icon name={found.guarantee === 'exactly-once' ? 'shield-check' : 'shield'} size={12} />
        {guaranteeTitles[found.guarantee]}
      </button>
    </Tooltip>
  )
}

function Ends({ flow, found }: { readonly flow: FlowEditor; readonly found: FlowGuarantee }) {
  const { editor } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const isOne = new Set(found.ends.map(({ sentence }) => sentence)).size === 1
  const shown = found.ends.slice(0, mostEnds)
  if (isOne) return found.ends[0]?.sentence
  return (
    <span className={styles['ends']}>
      {shown.map(({ node, sentence }) => {
        const placed = nodes.get(node)
        return (
          <span key={node} className={styles['end']}>
            <b>{placed === undefined ? node : nameOf(catalog, placed)}</b> {sentence}
          </span>
        )
      })}
      {found.ends.length > mostEnds && <span>and {found.ends.length - mostEnds} more</span>}
    </span>
  )
}
