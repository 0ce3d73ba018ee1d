import { useState, type ReactNode } from 'react'
import { Icon, joined } from '../ui/index.ts'
import { copyText } from './copy-text.ts'
import { binaryText, entriesOf, innerPath, isMoment, momentText, summaryOf } from './value-parts.ts'
import styles from './value-tree.module.css'

export interface ValueTreeProps {
  readonly value: unknown
  /** What stands before the value, such as `payload`. */
  readonly name?: string
  /** Path of the value in the message, for copying; empty at the root. */
  readonly path?: string
  /** Levels that are open at first. */
  readonly openLevels?: number
}

/** A value as a tree that folds; a long list shows its first entries. */
export function ValueTree({ value, name, path = '', openLevels = 1 }: ValueTreeProps) {
  const [isOpen, setOpen] = useState(openLevels > 0)
  const entries = entriesOf(value)
  if (entries === undefined || entries.length === 0)
    return (
      <Line path={path} value={value}>
        <span className={styles['leafLine']}>
          <Name name={name} />
          <Leaf value={value} />
          <Moment name={name} value={value} />
        </span>
      </Line>
    )
  return (
    <div className={styles['node']}>
      <Line path={path} value={value}>
        <button
          type="button"
          className={styles['fold']}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <span className={styles['arrow']} data-open={isOpen || undefined} aria-hidden>
            <Icon name="chevron-right" size={12} />
          </span>
          <Name name={name} />
          <span className={styles['summary']}>{summaryOf(value, isOpen)}</span>
        </button>
      </Line>
      {isOpen && (
        <div className={styles['inner']}>
          {entries.slice(0, mostEntries).map(([key, inner]) => (
            <ValueTree
              key={key}
              value={inner}
              name={key}
              path={innerPath(path, key, Array.isArray(value))}
              openLevels={openLevels - 1}
            />
          ))}
          {entries.length > mostEntries && (
            <div className={styles['summary']}>… {entries.length - mostEntries} more</div>
          )}
        </div>
      )}
    </div>
  )
}

const mostEntries = 100

interface LineProps {
  readonly path: string
  readonly value: unknown
  readonly children: ReactNode
}

/** What copies place and value is there while the pointer is over the line. */
function Line({ path, value, children }: LineProps) {
  const [isOver, setOver] = useState(false)
  return (
    <div
      className={styles['line']}
      onPointerEnter={() => setOver(true)}
      onPointerLeave={() => setOver(false)}
    >
      {children}
      {isOver && (
        <span className={styles['copies']}>
          {path !== '' && (
            <CopyButton icon="route" label={`Copy the path ${path}`} text={() => path} />
          )}
          <CopyButton
            icon="copy"
            label="Copy this value"
            text={() => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))}
          />
        </span>
      )}
    </div>
  )
}

interface CopyButtonProps {
  readonly icon: string
  readonly label: string
  readonly text: () => string
}

/** For the pointer alone: by keyboard, the whole value can be copied beside the tree. */
function CopyButton({ icon, label, text }: CopyButtonProps) {
  return (
    <button
      type="button"
      className={styles['copy']}
      tabIndex={-1}
      title={label}
      aria-label={label}
      onClick={() => void copyText(text())}
    >
      <Icon name={icon} size={12} />
    </button>
  )
}

function Name({ name }: { readonly name: string | undefined }) {
  return name === undefined ? null : <span className={styles['name']}>{name}: </span>
}

function Leaf({ value }: { readonly value: unknown }) {
  const binary = binaryText(value)
  if (binary !== undefined)
    return <span className={joined(styles['leaf'], styles['binary'])}>{binary}</span>
  const kind = value === null ? 'null' : typeof value
  return (
    <span className={styles['leaf']} data-kind={kind}>
      {JSON.stringify(value) ?? 'undefined'}
    </span>
  )
}

/** Milliseconds since the epoch, as a person reads them. */
function Moment({ name, value }: { readonly name: string | undefined; readonly value: unknown }) {
  if (!isMoment(name, value)) return null
  return (
    <time className={styles['moment']} dateTime={new Date(value).toISOString()}>
      {momentText(value)}
    </time>
  )
}
