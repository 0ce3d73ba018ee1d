import { wiresOf } from '../model/index.ts'
import { keysOf } from '../shell/keys-of.ts'
import { describeNode } from './describe-node.ts'
import { stopWiring } from './gestures/wiring.ts'
import { measures } from '../model/geometry.ts'
import { neighbourOf, type Direction } from './neighbours.ts'
import { replaceNode } from './replace-node.ts'
import type { Stage } from './stage.ts'

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
}

const steps: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** How far, in canvas units, an arrow key moves a node; with Shift, and without. */
const farStep = 40
const nearStep = 8

/** Keys by which somebody gets about without a pointer. */
const goesElsewhere = /^(Tab|F6|Home|End|Arrow(Left|Right|Up|Down))$/

/** A press of the space bar shorter than this adds a node; a longer one is for panning. */
const tapMs = 250

/** The keys of the canvas, which is one Tab stop: arrows go from node to node. */
export function attachKeyboard(stage: Stage, element: HTMLElement): () => void {
  let spaceDownAt: number | undefined
  const byKeys = ({ key }: KeyboardEvent) => {
    if (goesElsewhere.test(key)) element.toggleAttribute('data-by-keys', true)
  }
  const byPointer = () => void element.toggleAttribute('data-by-keys', false)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== element || event.isComposing) return
    if (event.key === ' ') {
      event.preventDefault()
      if (event.repeat) return
      spaceDownAt = performance.now()
      element.toggleAttribute('data-pan-key', true)
      return
    }
    if (handle(stage, event)) {
      event.preventDefault()
      event.stopPropagation()
    }
  }
  const onKeyUp = (event: KeyboardEvent) => {
    if (event.key !== ' ') return
    element.toggleAttribute('data-pan-key', false)
    const isTap = spaceDownAt !== undefined && performance.now() - spaceDownAt < tapMs
    spaceDownAt = undefined
    if (isTap && event.target === element)
      stage.workbench.layout.setState({ quickAdd: { at: stage.pointerOrCenter() } })
  }
  // A press of the mouse during the space bar was a pan.
  const onPointerDown = () => {
    spaceDownAt = undefined
  }
  const onFocus = () => {
    if (stage.flow.store.getState().focus !== undefined) announce(stage)
  }
  element.addEventListener('keydown', onKeyDown)
  element.addEventListener('keyup', onKeyUp)
  element.addEventListener('pointerdown', onPointerDown, true)
  element.addEventListener('focus', onFocus)
  addEventListener('keydown', byKeys, true)
  addEventListener('pointerdown', byPointer, true)
  const stopFollowing = stage.flow.store.subscribe((state, before) => {
    if (state.focus !== before.focus && document.activeElement === element) announce(stage)
  })
  return () => {
    element.removeEventListener('keydown', onKeyDown)
    element.removeEventListener('keyup', onKeyUp)
    element.removeEventListener('pointerdown', onPointerDown, true)
    element.removeEventListener('focus', onFocus)
    removeEventListener('keydown', byKeys, true)
    removeEventListener('pointerdown', byPointer, true)
    stopFollowing()
  }
}

/** Returns whether the key meant something here. */
function handle(stage: Stage, event: KeyboardEvent): boolean {
  const { flow, state } = stage
  const keys = keysOf(event)
  const { focus, selection } = flow.store.getState()
  if (event.key === 'Escape') return escape(stage)
  if (event.ctrlKey || event.metaKey) return false
  const step = steps[event.key]
  const isMoving = state.getState().isMoveMode || event.altKey
  if (step !== undefined && isMoving && selection.nodes.size > 0) {
    const by = event.shiftKey ? farStep : nearStep
    flow.nudge({ x: step.x * by, y: step.y * by })
    return true
  }
  const direction = directions[event.key]
  if (direction !== undefined) return go(stage, direction, event.shiftKey)
  if (event.altKey) return false
  if (keys === 'Enter' && state.getState().isMoveMode) return leaveMoveMode(stage)
  if (focus === undefined) return false
  return actOn(stage, focus, keys)
}

function actOn(stage: Stage, focus: string, keys: string): boolean {
  const { flow, state, workbench } = stage
  if (keys === 'Enter') {
    flow.select([focus])
    workbench.layout.openInspector()
    focusInspector()
  } else if (keys === 'C') connectFrom(stage, focus)
  else if (keys === 'A') addAfter(stage, focus)
  else if (keys === 'I') insertAfter(stage, focus)
  else if (keys === 'R') replaceNode(stage, focus)
  else if (keys === 'M') {
    flow.select([focus])
    state.setState({ isMoveMode: true })
    say('Move mode. Arrow keys move the node, Enter ends.')
  } else if (keys === 'Shift+Enter') flow.toggle({ node: focus })
  else return false
  return true
}

function escape(stage: Stage): boolean {
  const { state, flow } = stage
  const { wiring, isMoveMode } = state.getState()
  if (wiring !== undefined) stopWiring(stage)
  else if (isMoveMode) leaveMoveMode(stage)
  else flow.clearSelection()
  return true
}

function leaveMoveMode({ state }: Stage): boolean {
  state.setState({ isMoveMode: false })
  say('Move mode ended.')
  return true
}

/** Goes to a neighbour and selects it; with Shift, in addition. */
function go(stage: Stage, direction: Direction, isAdding: boolean): boolean {
  const { flow, scene, workbench } = stage
  const { focus, selection } = flow.store.getState()
  const next = neighbourOf(scene, flow.wires(), { from: focus, direction })
  if (next === undefined) return true
  flow.focusNode(next)
  flow.select(isAdding ? [...selection.nodes, next] : [next])
  flow.focusNode(next)
  workbench.view.showNode(next)
  return true
}

/** The form is there after the next rendering. */
function focusInspector(): void {
  requestAnimationFrame(() => {
    const inspector = document.querySelector<HTMLElement>('[data-region="inspector"]')
    const first = inspector?.querySelector<HTMLElement>(
      'input:not([disabled]), textarea, select, [contenteditable="true"]',
    )
    const target = first ?? inspector
    target?.focus()
  })
}

function connectFrom(stage: Stage, node: string): void {
  const outputs = stage.scene.nodes.get(node)?.ports.outputs ?? []
  const port = outputs[0]
  if (port === undefined) say('This node has no output.')
  else stage.state.setState({ connecting: { node, port: port.name } })
}

function addAfter(stage: Stage, node: string): void {
  const box = stage.scene.nodes.get(node)
  const port = box?.ports.outputs[0]
  if (box === undefined) return
  const at = { x: box.x + box.width + measures.columnGap, y: box.y + box.height / 2 }
  const wire =
    port === undefined || port.name === 'error' ? {} : { wireFrom: { node, port: port.name } }
  stage.workbench.layout.setState({ quickAdd: { at, ...wire } })
}

/** Into the first wire that leaves the node. */
function insertAfter(stage: Stage, node: string): void {
  const [onWire] = wiresOf(stage.flow.wires(), node).outgoing
  const curve = onWire === undefined ? undefined : stage.scene.curveOf(onWire)
  if (onWire === undefined || curve === undefined) return say('No wire leaves this node.')
  const at = { x: (curve.from.x + curve.to.x) / 2, y: (curve.from.y + curve.to.y) / 2 }
  stage.workbench.layout.setState({ quickAdd: { at, onWire } })
}

function announce(stage: Stage): void {
  const { focus } = stage.flow.store.getState()
  if (focus !== undefined) say(describeNode(stage, focus))
}

/** Has it read out. */
export function say(text: string): void {
  const announcer = document.querySelector('#canvas-announcer')
  if (announcer !== null && announcer.textContent !== text) announcer.textContent = text
}
