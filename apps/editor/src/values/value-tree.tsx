import { useState } from 'react'
import { joined } from '../ui/index.ts'
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
      <div className={styles['line']}>
        <Name name={name} path={path} />
        <Leaf value={value} />
      </div>
    )
  return (
    <div className={styles['node']}>
      <button
        type="button"
        className={joined(styles['line'], styles['fold'])}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <span className={styles['arrow']} data-open={isOpen || undefined} aria-hidden>
          ▸
        </span>
        <Name name={name} path={path} />
        <span className={styles['summary']}>{summaryOf(value, isOpen)}</span>
      </button>
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

function Name({ name, path }: { readonly name: string | undefined; readonly path: string }) {
  if (name === undefined) return null
  return (
    <span className={styles['name']} title={path === '' ? undefined : path}>
      {name}:{' '}
    </span>
  )
}

function Leaf({ value }: { readonly value: unknown }) {
  const binary = binaryOf(value)
  if (binary !== undefined) return <span className={styles['binary']}>{binary}</span>
  const kind = value === null ? 'null' : typeof value
  return (
    <span className={styles['leaf']} data-kind={kind}>
      {JSON.stringify(value) ?? 'undefined'}
    </span>
  )
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (typeof value !== 'object' || value === null || binaryOf(value) !== undefined) return undefined
  return Object.entries(value)
}

/** Bytes come as `{"$binary": base64, "bytes": n}`. */
function binaryOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('$binary' in value)) return undefined
  const bytes = 'bytes' in value && typeof value.bytes === 'number' ? value.bytes : '?'
  return `${bytes} bytes ${String(value.$binary).slice(0, 48)}`
}

function summaryOf(value: unknown, isOpen: boolean): string {
  if (Array.isArray(value)) return `[${value.length}]`
  if (isOpen) return '{ }'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function innerPath(path: string, key: string, isList: boolean): string {
  if (isList) return `${path}[${key}]`
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}
