import { useMemo } from 'react'
import { useStore } from 'zustand'
import {
  diffFlow,
  runsAlike,
  stateLosses,
  type Flow,
  type FlowNode,
  type Wire,
} from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { nameOf, type Catalog } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { EmptyState, Icon } from '../ui/index.ts'
import { effectOf, fieldLabel, shownChange, type Effect } from './change-text.ts'
import styles from './flow-changes.module.css'

interface FlowChangesProps {
  readonly before: Flow
  readonly after: Flow
  /** Whether it is told what the change does to what runs. */
  readonly withEffects?: boolean
}

/** What makes one flow another: node by node, field by field, then the wires. */
export function FlowChanges({ before, after, withEffects = false }: FlowChangesProps) {
  const { editor } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const diff = useMemo(() => diffFlow(before, after), [before, after])
  const losers = useMemo(
    () => new Set(stateLosses(before, after, catalog.descriptors).map(({ node }) => node)),
    [before, after, catalog],
  )
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  const wanted = new Map(after.nodes.map((node) => [node.id, node]))
  const named = (id: string) => {
    const node = wanted.get(id) ?? old.get(id)
    return node === undefined ? id : nameOf(catalog, node)
  }
  if (runsAlike(diff) && diff.details.length === 0)
    return (
      <EmptyState icon="check" title="No difference">
        {diff.moved.length > 0
          ? `${count(diff.moved.length, 'node')} moved, which changes nothing that runs.`
          : 'Both run the same.'}
      </EmptyState>
    )
  const entry = (node: FlowNode, sign: Sign, effect?: Effect) => (
    <NodeEntry
      node={node}
      sign={sign}
      catalog={catalog}
      effect={withEffects ? effect : undefined}
    />
  )
  return (
    <ul className={styles['changes']} data-testid="changes">
      {diff.changed.map(({ node: id, fields }) => {
        const node = wanted.get(id)
        if (node === undefined) return null
        const descriptor = catalog.descriptors.get(node.type)
        return (
          <li key={id}>
            {entry(
              node,
              'changed',
              effectOf(fields, {
                isStateful: descriptor?.stateful === true,
                loses: losers.has(id),
              }),
            )}
            <dl className={styles['fields']}>
              {fields.map((change) => (
                <Field key={change.field} change={change} descriptor={descriptor} />
              ))}
            </dl>
          </li>
        )
      })}
      {diff.added.map((node) => (
        <li key={node.id}>{entry(node, 'added', 'starts')}</li>
      ))}
      {diff.removed.map((node) => (
        <li key={node.id}>
          {entry(node, 'removed', losers.has(node.id) ? 'stops, loses its state' : 'stops')}
        </li>
      ))}
      {diff.wiresAdded.map((wire) => (
        <WireEntry key={`+${wireText(wire, named)}`} sign="added" text={wireText(wire, named)} />
      ))}
      {diff.wiresRemoved.map((wire) => (
        <WireEntry key={`-${wireText(wire, named)}`} sign="removed" text={wireText(wire, named)} />
      ))}
      {diff.details.map(({ field }) => (
        <li key={field} className={styles['entry']} data-sign="changed">
          <Mark sign="changed" />
          <span className={styles['name']}>The flow’s {field}</span>
        </li>
      ))}
    </ul>
  )
}

type Sign = 'added' | 'changed' | 'removed'

const signs: Readonly<Record<Sign, { readonly icon: string; readonly word: string }>> = {
  added: { icon: 'plus', word: 'Added' },
  changed: { icon: 'pen-line', word: 'Changed' },
  removed: { icon: 'minus', word: 'Removed' },
}

function Mark({ sign }: { readonly sign: Sign }) {
  return (
    <span className={styles['mark']} data-sign={sign}>
      <Icon name={signs[sign].icon} size={12} />
      <span className="unseen">{signs[sign].word}</span>
    </span>
  )
}

interface NodeEntryProps {
  readonly node: FlowNode
  readonly sign: Sign
  readonly catalog: Catalog
  readonly effect: Effect | undefined
}

function NodeEntry({ node, sign, catalog, effect }: NodeEntryProps) {
  const title = catalog.descriptors.get(node.type)?.title ?? node.type
  const name = nameOf(catalog, node)
  return (
    <div className={styles['entry']} data-sign={sign}>
      <Mark sign={sign} />
      <span className={styles['name']}>{name}</span>
      {name !== title && <span className={styles['dim']}>{title}</span>}
      {effect !== undefined && (
        <span className={styles['effect']} data-effect={effect}>
          {effect}
        </span>
      )}
    </div>
  )
}

function Field({
  change,
  descriptor,
}: {
  readonly change: Parameters<typeof shownChange>[0]
  readonly descriptor: Descriptor | undefined
}) {
  const { before, after } = shownChange(change, descriptor)
  return (
    <>
      <dt>{fieldLabel(change.field, descriptor)}</dt>
      <dd>
        <del title={before.whole}>{before.short}</del>
        <Icon name="arrow-right" size={12} />
        <ins title={after.whole}>{after.short}</ins>
      </dd>
    </>
  )
}

function WireEntry({ sign, text }: { readonly sign: Sign; readonly text: string }) {
  return (
    <li className={styles['entry']} data-sign={sign}>
      <Mark sign={sign} />
      <span className={styles['name']}>{text}</span>
      <span className={styles['dim']}>wire</span>
    </li>
  )
}

function wireText({ from, to }: Wire, named: (id: string) => string): string {
  const port = from.port === 'out' ? '' : ` (${from.port})`
  return `${named(from.node)}${port} → ${named(to.node)}`
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`
}
