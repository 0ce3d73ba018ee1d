import { setTimeout as pause } from 'node:timers/promises'
import { numberIn } from './seen-numbers.ts'

/** Hands numbered messages to a flow that begins with HTTP in, and knows which are safe there. */
export interface Feed {
  /** Numbers that were answered with 202. */
  readonly accepted: ReadonlySet<number>
  /** Numbers in the bodies of those answers, where these have any. */
  readonly answered: readonly number[]
  /** How often the flow said that it cannot take more now. */
  readonly refusals: number
  /** Sends so many more and settles once each was answered, or given up for the engine was gone. */
  send(count: number): Promise<void>
  /** Sends on and on until the result is called, which settles when all was answered. */
  flood(): () => Promise<void>
}

export interface FeedOptions {
  readonly path: string
  url(): Promise<string>
  /** Bytes of padding in each message. */
  readonly padBytes?: number
  readonly atOnce?: number
  /** What a message is as the body of a request. */
  readonly bodyOf?: ((json: string) => Uint8Array<ArrayBuffer>) | undefined
}

const startMs = 1_700_000_000_000
const againAfterMs = 50
const answerWithinMs = 20_000

export function openFeed({ path, url, padBytes = 0, atOnce = 16, bodyOf }: FeedOptions): Feed {
  const accepted = new Set<number>()
  const answered: number[] = []
  const pad = 'x'.repeat(padBytes)
  let refusals = 0
  let next = 0
  const sendOne = async (n: number, isOver: () => boolean): Promise<void> => {
    const body = JSON.stringify({ n, at: startMs + n, ...(padBytes > 0 ? { pad } : {}) })
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- again until it is taken
      const { status, text = '' } = await post(`${await url()}/${path}`, bodyOf?.(body) ?? body)
      if (status === 202) {
        accepted.add(n)
        const echoed = numberIn(text)
        if (echoed !== undefined) answered.push(echoed)
        return
      }
      // Not taken; where nothing was answered it may be, so it is not sent again.
      if (status === undefined) return
      refusals += 1
      if (isOver()) return
      // oxlint-disable-next-line no-await-in-loop
      await pause(againAfterMs)
    }
  }
  const work = async (isOver: () => boolean): Promise<void> => {
    while (!isOver()) {
      const n = next
      next += 1
      // oxlint-disable-next-line no-await-in-loop -- one after the other in each lane
      await sendOne(n, isOver)
    }
  }
  const lanes = (isOver: () => boolean) =>
    Promise.all(Array.from({ length: atOnce }, () => work(isOver)))
  return {
    accepted,
    answered,
    get refusals() {
      return refusals
    },
    async send(count) {
      const end = next + count
      await lanesUpTo(end)
    },
    flood() {
      let isOver = false
      const running = lanes(() => isOver)
      return async () => {
        isOver = true
        await running
      }
    },
  }

  async function lanesUpTo(end: number): Promise<void> {
    const lane = async (): Promise<void> => {
      while (next < end) {
        const n = next
        next += 1
        // oxlint-disable-next-line no-await-in-loop -- one after the other in each lane
        await sendOne(n, () => false)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
  }
}

/** The status, or nothing where no answer came. */
async function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<{ readonly status?: number; readonly text?: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(answerWithinMs),
    })
    return { status: response.status, text: await response.text() }
  } catch {
    // The engine is gone, or going.
    await pause(againAfterMs)
    return {}
  }
}
