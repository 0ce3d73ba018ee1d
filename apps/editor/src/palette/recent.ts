import { useState } from 'react'

const key = 'millrace-recent-types'
const most = 6

/** The node types that were placed last, remembered by the browser. */
export function useRecentTypes(): {
  readonly recent: readonly string[]
  readonly remember: (type: string) => void
} {
  const [recent, setRecent] = useState(read)
  return {
    recent,
    remember(type) {
      const next = [type, ...read().filter((other) => other !== type)].slice(0, most)
      setRecent(next)
      try {
        localStorage.setItem(key, JSON.stringify(next))
      } catch {
        // A browser that keeps nothing begins without recent ones.
      }
    },
  }
}

function read(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter((type) => typeof type === 'string') : []
  } catch {
    return []
  }
}
