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
  return (
    <section className={styles['section']} aria-label="Delivery" data-testid="guarantee-section">
      <h3 className={styles['heading']}>Delivery</h3>
      <p className={styles['sum']} data-guarantee={found.guarantee}>
        <Icon name={found.guarantee === 'exactly-once' ? 'shield-check' : 'shield'} size={14} />
        {guaranteeTitles[found.guarantee]}
      </p>
      <ul className={styles['list']}>
        {found.ends.slice(0, 20).map((end) => (
          <End key={end.node} flow={flow} end={end} />
        ))}
      </ul>
    </section>
  )
}

function End({ flow, end }: { readonly flow: FlowEditor; readonly end: EndGuarantee }) {
  const { editor, view } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const nodes = useFlowState(flow, ({ document }) => document.nodes)
  const placed = nodes.get(end.node)
  const go = (node: string) => {
    flow.select([node])
    view.showNode(node)
  }
  return (
    <li className={styles['row']}>
      <button type="button" className={styles['node']} onClick={() => go(end.node)}>
        {placed === undefined ? end.node : nameOf(catalog, placed)}
      </button>
      <span className={styles['sentence']}>{end.sentence}</span>
    </li>
  )
}
