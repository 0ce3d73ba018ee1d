import type { Watching } from './connector.ts'

/** Numbers that a server of ours was sent, for sinks that send all to one place. */
export class Numbers {
  private readonly seen: number[] = []

  add(n: number | undefined): void {
    if (n !== undefined) this.seen.push(n)
  }

  /** Looks at what comes from now on. */
  watch(): Watching {
    const from = this.seen.length
    return { numbers: () => Promise.resolve(this.seen.slice(from)) }
  }
}

/** The number in a message of ours; of one of the payloads that are none of ours, nothing. */
export function numberIn(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('n' in value)) return undefined
    return Number(value.n) < 0 ? undefined : Number(value.n)
  } catch {
    return undefined
  }
}
