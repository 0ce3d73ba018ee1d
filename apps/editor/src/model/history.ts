import { compose, type Change } from './change.ts'

/** What a person did in one go, and can take back in one go. */
export interface Transaction {
  /** Says what was done, such as "Move 3 nodes". */
  readonly label: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly changes: readonly Change[]
  /** Transactions with the same key that follow each other soon become one. */
  readonly coalesce?: string
  /** Belongs to what was done before it, whatever that was: a copy, and where it was dragged to. */
  readonly isContinued?: boolean
}

export interface History {
  readonly transactions: readonly Transaction[]
  /** How many of them are done; those behind can be redone. */
  readonly index: number
}

export const emptyHistory: History = { transactions: [], index: 0 }

/** How many steps back a person can go. */
export const historyLimit = 500

/** How soon after the last change, in milliseconds, one with the same key joins it. */
export const coalesceWithinMs = 1500

/** The history after one more transaction; what had been undone is forgotten. */
export function record(history: History, transaction: Transaction): History {
  const done = history.transactions.slice(0, history.index)
  const last = done.at(-1)
  if (last !== undefined && joins(last, transaction)) {
    const changes = compose(last.changes, transaction.changes)
    const kept = done.slice(0, -1)
    const { label } = transaction.isContinued === true ? last : transaction
    const { isContinued: _, ...joined } = { ...transaction, label, changes }
    // Typed and deleted again: nothing is left to undo.
    const transactions = changes.length === 0 ? kept : [...kept, joined]
    return { transactions, index: transactions.length }
  }
  const transactions = [...done, transaction].slice(-historyLimit)
  return { transactions, index: transactions.length }
}

function joins(last: Transaction, next: Transaction): boolean {
  if (next.isContinued === true) return true
  if (last.coalesce === undefined || last.coalesce !== next.coalesce) return false
  return next.at - last.at <= coalesceWithinMs
}

/** Marks the end of a stretch of typing: what follows is a step of its own. */
export function seal(history: History): History {
  const last = history.transactions[history.index - 1]
  if (last?.coalesce === undefined) return history
  const { label, at, changes } = last
  return {
    ...history,
    transactions: history.transactions.with(history.index - 1, { label, at, changes }),
  }
}
