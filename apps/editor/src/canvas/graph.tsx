import {
  ReactFlow,
  useOnViewportChange,
  useReactFlow,
  ViewportPortal,
  type Edge,
  type Node,
} from '@xyflow/react'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { Card } from './card.tsx'
import { Feed } from './feed.ts'
import { Groups } from './groups.tsx'
import type { Stage } from './stage.ts'
import { useFlowPart, useStage } from './stage-context.tsx'
import { WireLayer } from './wire-layer.tsx'

type CardNode = Node<Record<string, never>, 'card'>

const nodeTypes = { card: Card }
const noEdges: Edge[] = []
const noData = {}
const middleButton = [1]

/** React Flow with a window of the document in it: it pans, zooms and mounts; the rest is ours. */
export function Graph() {
  const stage = useStage()
  const feed = useMemo(() => new Feed(stage), [stage])
  const fed = useSyncExternalStore(feed.subscribe, feed.snapshot)
  const nodes = useNodes(stage, fed.nodes)
  useCamera(stage)
  useEffect(() => feed.open(), [feed])
  return (
    <ReactFlow<CardNode>
      nodes={nodes}
      edges={noEdges}
      nodeTypes={nodeTypes}
      minZoom={0.05}
      maxZoom={2}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      selectNodesOnDrag={false}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      deleteKeyCode={null}
      panActivationKeyCode="Space"
      panOnDrag={middleButton}
      panOnScroll
      zoomOnScroll={false}
      zoomOnDoubleClick={false}
      disableKeyboardA11y
      proOptions={attribution}
      onMoveStart={() => stage.state.setState({ isPanning: true })}
      onMoveEnd={() => stage.state.setState({ isPanning: false })}
    >
      <ViewportPortal>
        <Groups />
        <WireLayer wires={fed.wires} />
      </ViewportPortal>
    </ReactFlow>
  )
}

const attribution = { hideAttribution: true }

function useCamera(stage: Stage): void {
  const { setViewport } = useReactFlow()
  useOnViewportChange({ onChange: (viewport) => stage.onViewport(viewport) })
  useEffect(() => {
    stage.setCamera({
      setViewport(viewport, { durationMs = 0 } = {}) {
        void setViewport(viewport, durationMs === 0 ? {} : { duration: durationMs })
      },
    })
  }, [stage, setViewport])
}

/** React Flow's nodes, each the same object for as long as it stays where it is. */
function useNodes(stage: Stage, ids: readonly string[]): CardNode[] {
  const layout = useFlowPart(({ document }) => document.layout)
  const documentNodes = useFlowPart(({ document }) => document.nodes)
  const known = useRef(new Map<string, CardNode>())
  return useMemo(() => {
    const next = new Map<string, CardNode>()
    for (const id of ids) {
      const node = nodeFor(stage, id, known.current.get(id))
      if (node !== undefined) next.set(id, node)
    }
    known.current = next
    return [...next.values()]
    // Places and sizes are read from the scene, which follows these two.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [stage, ids, layout, documentNodes])
}

function nodeFor(stage: Stage, id: string, old: CardNode | undefined): CardNode | undefined {
  const box = stage.scene.nodes.get(id)
  if (box === undefined) return undefined
  const { x, y, width, height } = box
  const isSame =
    old !== undefined &&
    old.position.x === x &&
    old.position.y === y &&
    old.width === width &&
    old.height === height
  if (isSame) return old
  return {
    id,
    type: 'card',
    position: { x, y },
    width,
    height,
    // Known without asking the page, so that a card is right in its first frame.
    measured: { width, height },
    data: noData,
    className: 'nopan',
  }
}
