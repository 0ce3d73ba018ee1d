import { memo, useLayoutEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { NodeProps } from '@xyflow/react'
import type { FlowNode } from '@millrace/flow'
import type { Descriptor } from '@millrace/sdk/descriptor'
import { equal, faceOf, nameOf, type FlowState } from '../model/index.ts'
import { useWorkbench } from '../shell/context.tsx'
import { Icon } from '../ui/index.ts'
import { CardPorts } from './card-ports.tsx'
import styles from './card.module.css'
import { describeNode } from './describe-node.ts'
import { NoteText } from './note-text.tsx'
import { problemsByNode, type NodeProblems } from './problems-by-node.ts'
import type { Stage } from './stage.ts'
import { useFlowPart, useStage } from './stage-context.tsx'

/** One node on the canvas. What changes by the second is written by the painter, not by React. */
export const Card = memo(function Card({ id, positionAbsoluteX, positionAbsoluteY }: NodeProps) {
  const stage = useStage()
  const { editor } = useWorkbench()
  const root = useRef<HTMLDivElement>(null)
  const node = useFlowPart(({ document }) => document.nodes.get(id))
  const descriptors = useStore(editor.catalog, (catalog) => catalog.descriptors)
  useMountedCard(stage, id, root)
  useDragSettled(stage, id, { root, x: positionAbsoluteX, y: positionAbsoluteY })
  if (node === undefined) return null
  const descriptor = descriptors.get(node.type)
  const isNote = descriptor?.kind === 'note'
  return (
    <CardFrame id={id} node={node} descriptor={descriptor} ref={root}>
      {isNote ? <NoteText node={node} /> : <CardBody id={id} node={node} descriptor={descriptor} />}
    </CardFrame>
  )
})

interface CardPartProps {
  readonly id: string
  readonly node: FlowNode
  readonly descriptor: Descriptor | undefined
}

function CardFrame({
  id,
  node,
  descriptor,
  ref,
  children,
}: CardPartProps & {
  readonly ref: React.Ref<HTMLDivElement>
  readonly children: React.ReactNode
}) {
  const stage = useStage()
  const isSelected = useFlowPart(({ selection }) => selection.nodes.has(id))
  const isFocused = useFlowPart(({ focus }) => focus === id)
  const isChanged = useFlowPart((state) => isUndeployed(state, id))
  const problems = useFlowPart((state) => problemsByNode(state).get(id))
  return (
    <div
      ref={ref}
      id={`card-${id}`}
      className={styles['card']}
      data-node={id}
      data-testid={`node-${id}`}
      data-type={node.type}
      data-kind={descriptor?.kind ?? 'missing'}
      data-category={descriptor?.category}
      data-selected={isSelected || undefined}
      data-focused={isFocused || undefined}
      data-disabled={node.isDisabled === true || undefined}
      data-problem={problems?.look}
      role="group"
      aria-roledescription="node"
      aria-label={describeNode(stage, id)}
    >
      {children}
      {isChanged && <span className={styles['changed']} title="Not deployed yet" />}
      {problems !== undefined && (
        <span className={styles['badge']} title={problems.first} data-testid={`problem-${id}`}>
          {badgeOf(problems)}
        </span>
      )}
    </div>
  )
}

function badgeOf({ look, errors }: NodeProblems): string {
  if (look === 'unfinished') return '…'
  return errors > 0 ? String(errors) : '!'
}

function CardBody({ id, node, descriptor }: CardPartProps) {
  const { editor } = useWorkbench()
  const documents = useStore(editor.connections.store, (state) => state.documents)
  const catalog = useStore(editor.catalog)
  return (
    <>
      <span className={styles['bar']} />
      <Icon name={descriptor?.icon ?? 'puzzle'} className={styles['icon']} />
      <span className={styles['text']}>
        <span className={styles['name']}>{nameOf(catalog, node)}</span>
        <span className={styles['face']}>{faceOf(descriptor, node, documents)}</span>
        <span className={styles['status']} data-part="status" aria-hidden />
        <span className={styles['live']} aria-hidden>
          <span className={styles['rate']} data-part="rate" />
          <span className={styles['errors']} data-part="errors" />
          <span className={styles['queue']} data-part="queue" />
          <span className={styles['lag']} data-part="lag" />
          <canvas className={styles['trend']} data-part="trend" width={96} height={24} />
        </span>
      </span>
      <span className={styles['dot']} data-part="dot" data-state="idle" />
      <span className={styles['slow']} data-part="slow" data-testid={`slow-${id}`} aria-hidden>
        slows the flow
      </span>
      <CardPorts id={id} />
      <CardActions id={id} descriptor={descriptor} node={node} />
    </>
  )
}

function CardActions({ id, node, descriptor }: CardPartProps) {
  const { flow } = useStage()
  const isRunning = useFlowPart(
    ({ deployment, deployed }) =>
      deployment.state === 'running' && deployed?.nodes.has(id) === true,
  )
  const action = descriptor?.actions?.[0]
  if (action === undefined) return null
  return (
    <button
      type="button"
      className={styles['action']}
      tabIndex={-1}
      disabled={!isRunning || node.isDisabled === true}
      title={isRunning ? action.title : `${action.title}: deploy first`}
      aria-label={action.title}
      data-testid={`action-${id}-${action.name}`}
      onClick={() => void flow.action(id, action.name)}
    >
      <Icon name={action.icon === 'circle-play' ? 'play' : action.icon} size={12} />
    </button>
  )
}

/** Tells the painter where to write. */
function useMountedCard(stage: Stage, id: string, root: React.RefObject<HTMLDivElement | null>) {
  const node = useFlowPart(({ document }) => document.nodes.get(id))
  const type = node?.type
  useLayoutEffect(() => {
    const { current } = root
    if (current === null) return undefined
    const part = <Part extends HTMLElement>(name: string) =>
      current.querySelector<Part>(`[data-part="${name}"]`)
    return stage.mounted.addCard(id, {
      root: current,
      rate: part('rate'),
      trend: part<HTMLCanvasElement>('trend'),
      queue: part('queue'),
      errors: part('errors'),
      lag: part('lag'),
      slow: part('slow'),
      dot: part('dot'),
      status: part('status'),
    })
  }, [stage, id, type, root])
}

/** While dragged a card is shifted beside React; the shift ends in the frame in which it arrives. */
function useDragSettled(
  stage: Stage,
  id: string,
  at: { root: React.RefObject<HTMLDivElement | null>; x: number; y: number },
) {
  const { root, x, y } = at
  useLayoutEffect(() => {
    const frame = root.current?.closest('.react-flow__node')
    if (!(frame instanceof HTMLElement)) return
    const { scene } = stage
    frame.style.translate = scene.moving.has(id) ? `${scene.offset.x}px ${scene.offset.y}px` : ''
  }, [stage, id, root, x, y])
}

function isUndeployed({ deployed, document }: FlowState, id: string): boolean {
  if (deployed === undefined) return false
  const before = deployed.nodes.get(id)
  const after = document.nodes.get(id)
  return before !== after && !equal(before, after)
}
