import { Command } from 'cmdk'
import { useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { placeable } from '../model/index.ts'
import { measures } from '../model/geometry.ts'
import { rankTypes, type RankOptions } from '../model/ranking.ts'
import { useRecentTypes } from '../palette/recent.ts'
import { useWorkbench } from '../shell/context.tsx'
import type { QuickAdd } from '../shell/layout.ts'
import { Icon } from '../ui/index.ts'
import styles from './quick-add.module.css'
import type { Stage } from './stage.ts'
import { useStage } from './stage-context.tsx'

/** A list at the cursor: a few letters, Enter, and the node is there, wired. */
export function QuickAddBox({ quickAdd }: { readonly quickAdd: QuickAdd }) {
  const stage = useStage()
  const { layout, editor, view } = useWorkbench()
  const box = useRef<HTMLDivElement>(null)
  const [query, setQuery] = useState('')
  const catalog = useStore(editor.catalog)
  const { recent, remember } = useRecentTypes()
  const found = rankTypes(placeable(catalog), query, { recent, needs: needsOf(quickAdd) })
  useLayoutEffect(() => {
    if (box.current !== null) placeBox(stage, quickAdd, box.current)
  }, [stage, quickAdd])
  const close = () => {
    layout.setState({ quickAdd: undefined })
    stage.element?.focus({ preventScroll: true })
  }
  const add = (type: string) => {
    remember(type)
    const id = stage.flow.addNode(type, addOptions(quickAdd))
    close()
    // It may stand beside what is seen.
    view.showNode(id)
  }
  return (
    <div
      ref={box}
      className={styles['box']}
      data-over-canvas
      data-testid="quick-add"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget))
          layout.setState({ quickAdd: undefined })
      }}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault()
          close()
        }
      }}
    >
      <Command label="Add a node" shouldFilter={false} loop>
        <Command.Input
          className={styles['input']}
          value={query}
          onValueChange={setQuery}
          placeholder={promptOf(quickAdd)}
          // The list was asked for by a gesture on the canvas.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
        />
        <Command.List className={styles['list']} label="Node types">
          <Command.Empty className={styles['empty']}>No node type fits “{query}”.</Command.Empty>
          {found.map(({ type, title, summary, icon, category }) => (
            <Command.Item
              key={type}
              value={type}
              className={styles['item']}
              data-category={category}
              data-testid={`quick-add-${type}`}
              onSelect={() => add(type)}
            >
              <Icon name={icon} className={styles['icon']} />
              <span className={styles['title']}>{title}</span>
              <span className={styles['summary']}>{summary}</span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </div>
  )
}

function needsOf({ wireFrom, wireTo, onWire }: QuickAdd): RankOptions['needs'] {
  if (onWire !== undefined) return 'both'
  if (wireFrom !== undefined) return 'input'
  return wireTo === undefined ? undefined : 'output'
}

function promptOf(quickAdd: QuickAdd): string {
  if (quickAdd.replaces !== undefined) return 'Replace by…'
  if (quickAdd.onWire !== undefined) return 'Put a node into the wire'
  if (quickAdd.wireFrom !== undefined) return 'What comes next?'
  return quickAdd.wireTo === undefined ? 'Add a node' : 'What comes before?'
}

/** The card's middle comes to the cursor; a dropped wire's end becomes its port. */
function addOptions({ at, wireFrom, wireTo, onWire }: QuickAdd) {
  const { cardWidth, cardHeight } = measures
  const left = wireFrom !== undefined ? 0 : wireTo !== undefined ? cardWidth : cardWidth / 2
  return {
    position: { x: at.x - left, y: at.y - cardHeight / 2 },
    // Room in a wire is made by moving what comes after it.
    isAsideOfOthers: onWire === undefined,
    ...(wireFrom === undefined ? {} : { wireFrom }),
    ...(wireTo === undefined ? {} : { wireTo }),
    ...(onWire === undefined ? {} : { onWire }),
  }
}

/** Under the ghost card, inside the canvas. */
function placeBox(stage: Stage, { at, wireFrom, wireTo }: QuickAdd, box: HTMLElement): void {
  const { x, y, zoom } = stage.viewport
  const { width, height } = stage.size
  const shift = wireFrom !== undefined ? 0 : wireTo !== undefined ? 200 : 100
  const left = at.x * zoom + x - shift * zoom
  const below = at.y * zoom + y + 34 * zoom
  const above = at.y * zoom + y - 34 * zoom - highest
  const hasRoom = below + highest < height - edge || above < edge
  box.style.left = `${Math.max(edge, Math.min(width - box.offsetWidth - edge, left))}px`
  box.style.top = `${hasRoom ? Math.min(below, height - highest - edge) : above}px`
}

/** The list is not higher than this, in pixels. */
const highest = 282
/** How near to the edge of the canvas it comes. */
const edge = 8
