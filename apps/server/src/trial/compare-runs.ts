import { hash } from 'node:crypto'
import type { ReplayedPlace } from '@millrace/protocol'
import type { TestMessage } from '@millrace/flow'

const shownMax = 100
/** Different messages that are told apart at one place. */
const knownMax = 200_000

type Side = 'deployed' | 'edited'

interface Place {
  readonly node: string
  readonly port: string
  readonly counts: Record<Side, number>
  /** How often a message came on one side more than on the other, by its hash. */
  readonly surplus: Map<string, number>
  /** Messages that came so far without their match, by hash, in order; of each the first. */
  readonly samples: Record<Side, Map<string, TestMessage>>
}

/** Compares what two runs of the same input gave, place by place, without keeping it all. */
export class RunComparison {
  private readonly places = new Map<string, Place>()

  add(side: Side, { node, port, message }: { node: string; port: string; message: TestMessage }) {
    const place = this.placeOf(node, port)
    place.counts[side] += 1
    const key = hash('sha1', JSON.stringify(message), 'base64')
    const before = place.surplus.get(key) ?? 0
    if (before === 0 && place.surplus.size >= knownMax) return
    const after = before + (side === 'edited' ? 1 : -1)
    if (after === 0) place.surplus.delete(key)
    else place.surplus.set(key, after)
    if (Math.abs(after) < Math.abs(before)) {
      if (after === 0) place.samples[side === 'edited' ? 'deployed' : 'edited'].delete(key)
    } else if (!place.samples[side].has(key) && place.samples[side].size < knownMax / 10) {
      place.samples[side].set(key, message)
    }
  }

  result(): readonly ReplayedPlace[] {
    return [...this.places.values()].map(({ node, port, counts, surplus, samples }) => {
      const values = [...surplus.values()]
      const onlyEdited = sum(values.filter((value) => value > 0))
      return {
        node,
        port,
        deployed: counts.deployed,
        edited: counts.edited,
        same: counts.edited - onlyEdited,
        onlyDeployed: [...samples.deployed.values()].slice(0, shownMax),
        onlyEdited: [...samples.edited.values()].slice(0, shownMax),
      }
    })
  }

  private placeOf(node: string, port: string): Place {
    const key = `${node}:${port}`
    const known = this.places.get(key)
    if (known !== undefined) return known
    const made: Place = {
      node,
      port,
      counts: { deployed: 0, edited: 0 },
      surplus: new Map(),
      samples: { deployed: new Map(), edited: new Map() },
    }
    this.places.set(key, made)
    return made
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
