import { useDeferredValue, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useStore } from 'zustand'
import type { Category, Descriptor } from '@millrace/sdk/descriptor'
import { placeable } from '../model/index.ts'
import { rankTypes } from '../model/ranking.ts'
import { useActiveFlow, useWorkbench } from '../shell/context.tsx'
import { EmptyState, Icon, Tooltip } from '../ui/index.ts'
import styles from './palette.module.css'
import { useRecentTypes } from './recent.ts'

const categories: readonly (readonly [Category, string])[] = [
  ['sources', 'Sources'],
  ['transform', 'Transform'],
  ['route', 'Route'],
  ['windows', 'Windows'],
  ['join', 'Join'],
  ['detect', 'Detect'],
  ['sinks', 'Sinks'],
  ['observe', 'Observe'],
  ['notes', 'Notes'],
]

/** All node types: to search, to drag onto the canvas, or to pick and put down. */
export function Palette() {
  const { editor } = useWorkbench()
  const catalog = useStore(editor.catalog)
  const [query, setQuery] = useState('')
  const shownQuery = useDeferredValue(query)
  const list = useRef<HTMLDivElement>(null)
  const types = placeable(catalog)
  const found = shownQuery.trim() === '' ? undefined : rankTypes(types, shownQuery)
  const items = () => [
    ...(list.current?.querySelectorAll<HTMLElement>('[data-palette-item]') ?? []),
  ]
  const onKeyDown = (event: KeyboardEvent) => {
    const all = items()
    const at = all.findIndex((item) => item === document.activeElement)
    const wanted = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (wanted === undefined) return
    if (event.target instanceof HTMLInputElement && !event.key.startsWith('Arrow')) return
    event.preventDefault()
    if (wanted < 0) event.currentTarget.querySelector('input')?.focus()
    else all[Math.min(wanted, all.length - 1)]?.focus()
  }
  return (
    <div className={styles['palette']} onKeyDown={onKeyDown} role="presentation">
      <div className={styles['search']}>
        <Icon name="search" size={14} className={styles['searchIcon']} />
        <input
          type="search"
          className={styles['input']}
          placeholder="Search nodes"
          aria-label="Search nodes"
          data-testid="palette-search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') items()[0]?.click()
            if (event.key === 'Escape') setQuery('')
          }}
        />
      </div>
      <div ref={list} className={styles['list']}>
        {found !== undefined &&
          (found.length === 0 ? (
            <EmptyState title={`Nothing fits “${shownQuery}”`}>Try another word.</EmptyState>
          ) : (
            <Section types={found} isFirst />
          ))}
        {found === undefined &&
          categories.map(([category, title]) => {
            const inside = types.filter((type) => type.category === category)
            return inside.length === 0 ? null : (
              <section key={category} aria-label={title}>
                <h2 className={styles['heading']}>{title}</h2>
                <Section types={inside} isFirst={category === 'sources'} />
              </section>
            )
          })}
      </div>
    </div>
  )
}

function Section({
  types,
  isFirst,
}: {
  readonly types: readonly Descriptor[]
  readonly isFirst: boolean
}) {
  return (
    <ul>
      {types.map((descriptor, index) => (
        <li key={descriptor.type}>
          <Item descriptor={descriptor} isTabStop={isFirst && index === 0} />
        </li>
      ))}
    </ul>
  )
}

const dragAfterPixels = 4

function Item({
  descriptor,
  isTabStop,
}: {
  readonly descriptor: Descriptor
  readonly isTabStop: boolean
}) {
  const { view } = useWorkbench()
  const flow = useActiveFlow()
  const { remember } = useRecentTypes()
  const wasDragged = useRef(false)
  const { type, title, summary, icon, category } = descriptor
  const startDrag = (event: PointerEvent) => {
    wasDragged.current = false
    if (event.button !== 0) return
    const from = { x: event.clientX, y: event.clientY }
    const move = (moved: globalThis.PointerEvent) => {
      if (Math.hypot(moved.clientX - from.x, moved.clientY - from.y) < dragAfterPixels) return
      wasDragged.current = true
      stop()
      remember(type)
      view.place(type, { isByDrag: true })
    }
    const stop = () => {
      removeEventListener('pointermove', move)
      removeEventListener('pointerup', stop)
    }
    addEventListener('pointermove', move)
    addEventListener('pointerup', stop)
  }
  const pick = (isByKey: boolean) => {
    if (wasDragged.current) return
    remember(type)
    if (!isByKey) view.place(type, { isByDrag: false })
    else if (flow !== undefined) {
      const node = flow.addNode(type)
      view.showNode(node)
    }
  }
  return (
    <Tooltip text={summary} side="right">
      <button
        type="button"
        className={styles['item']}
        data-palette-item
        data-category={category}
        data-testid={`palette-${type}`}
        tabIndex={isTabStop ? 0 : -1}
        onPointerDown={startDrag}
        // A click by the keyboard has no detail: there is no pointer to carry the node.
        onClick={(event) => pick(event.detail === 0)}
      >
        <Icon name={icon} className={styles['icon']} />
        <span className={styles['title']}>{title}</span>
      </button>
    </Tooltip>
  )
}
