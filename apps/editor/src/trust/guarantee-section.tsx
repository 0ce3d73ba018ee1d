import { useStore } from 'zustand'
import { guaranteeTitles, type EndGuarantee } from '@millrace/flow'
import { nameOf, type FlowEditor } from '../model/index.ts'
import { useFlowState, useWorkbench } from '../shell/context.tsx'
import { Icon } from '../ui/index.ts'
import styles from './guarantee.module.css'
import { useGuarantee } from './use-guarantee.ts'

/** What the flow promises of delivery, end by end, with the nodes that keep it from more. */
export function GuaranteeSection({ flow }: { readonly flow: FlowEditor }) {
  const found = useGuarantee(flow)
  if (found === null) return null
  const alike = Map.groupBy(found.ends, ({ sentence }) => sentence)
  return (
    <section className={styles['section']} aria-label="Delivery" data-testid="guarantee-section">
      <h3 className={styles['heading']}>Delivery</h3>
      <p className={styles['sum']} data-guarantee={found.guarantee}>
        <Icon name={found.guarantee === 'exactly-once' ? 'shield-check' : 'shield'} size={14} />
        {guaranteeTitles[found.guarantee]}
      </p>
      <ul className={styles['list']}>
        {[...alike].slice(0, 20).map(([sentence, ends]) => (
          <Ends key={sentence} flow={flow} sentence={sentence} ends={ends} />
        ))}
      </ul>
    </section>
  )
}

interface EndsProps {
  readonly flow: FlowEditor
  readonly sentence: string
  readonly ends: readonly EndGuarantee[]
}

/** Ends of which the same can be said. */
function Ends({ flow, sentence, ends }: EndsProps) {
  const { editor, view } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const nameOfEnd = (node: string) => {
    const placed = nodes.get(node)
    return placed === undefined ? node : nameOf(catalog, placed)
  }
  const go = (node: string) => {
    flow.select([node])
    view.showNode(node)
  }
  return (
    <li className={styles['row']}>
      <span className={styles['nodes']}>
        {ends.map(({ node }) => (
          <button key={node} type="button" className={styles['node']} onClick={() => go(node)}>
            {nameOfEnd(node)}
          </button>
        ))}
      </span>
      <span className={styles['sentence']}>{sentence}</span>
    </li>
  )
}
