import { useStore } from 'zustand'
import type { Bundle } from '@millrace/flow'
import { useWorkbench } from '../shell/context.tsx'
import { Icon } from '../ui/index.ts'
import styles from './dialogs.module.css'
import type { Importable } from './import-text.ts'

/** What the text holds, or why it cannot be taken. */
export function ImportPreview({ found }: { readonly found: Importable }) {
  const { editor } = useWorkbench()
  switch (found.kind) {
    case 'nothing':
      return null
    case 'bundle':
      return <Contents bundle={found.bundle} />
    case 'nodes':
      return (
        <p className={styles['notice']}>
          {editor.active() === undefined
            ? 'These are nodes from a canvas. Open the flow that they should go to first.'
            : `${counted(found.count, 'node')}, to be put on the canvas in front.`}
        </p>
      )
    case 'node-red':
      return (
        <p className={styles['notice']} data-severity="warning" role="status">
          This is an export of Node-RED, with {counted(found.flowCount, 'flow')} and{' '}
          {counted(found.nodeCount, 'node')}. Millrace cannot take those in yet.
        </p>
      )
    case 'wrong':
      return (
        <section className={styles['notice']} data-severity="error" role="alert">
          <p className={styles['noticeTitle']}>This cannot be imported</p>
          <ul>
            {found.problems.slice(0, 6).map((problem, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- two problems may be alike
              <li key={index}>
                {problem.path !== undefined && <code>{problem.path} </code>}
                {problem.message}
              </li>
            ))}
          </ul>
          {found.problems.length > 6 && <p>… and {found.problems.length - 6} more</p>}
        </section>
      )
  }
}

function Contents({ bundle }: { readonly bundle: Bundle }) {
  const { editor } = useWorkbench()
  const flows = useStore(editor.session, (session) => session.flows)
  const known = useStore(editor.connections.store, ({ documents }) => documents)
  const { descriptors } = useStore(editor.catalog)
  const isTaken = (name: string) => flows.some((flow) => flow.name === name)
  const missing = new Set(
    bundle.flows
      .flatMap(({ nodes }) => nodes.map(({ type }) => type))
      .filter((type) => !descriptors.has(type)),
  )
  return (
    <section className={styles['rows']} aria-label="Contents" data-testid="import-contents">
      {bundle.flows.map(({ name, title, nodes, wires }) => (
        <div key={name} className={styles['row']}>
          <Icon name="workflow" size={14} />
          <span className={styles['name']}>{title}</span>
          <span className={styles['aside']}>
            {counted(nodes.length, 'node')} · {counted(wires.length, 'wire')}
            {isTaken(name) && ' · gets a new name, this one is taken'}
          </span>
        </div>
      ))}
      {bundle.connections.map(({ id, name, type }) => (
        <div key={id} className={styles['row']}>
          <Icon name={descriptors.get(type)?.icon ?? 'plug'} size={14} />
          <span className={styles['name']}>{name}</span>
          <span className={styles['aside']}>
            {descriptors.get(type)?.title ?? type}
            {known.has(id) && ' · is here already and stays as it is'}
          </span>
        </div>
      ))}
      {missing.size > 0 && (
        <p className={styles['notice']} data-severity="warning">
          Not installed here: {[...missing].join(', ')}. Nodes of these types come along, and can
          run once they are installed.
        </p>
      )}
    </section>
  )
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`
}
