import type { Connector, ProductPlaces } from '../suite/connector.ts'

const token = 'a-right-token-of-telegraf'

/** Telegraf itself is in no registry. */
export const telegrafLines: Connector = {
  system: 'Telegraf in',
  against: 'our own client in the place of Telegraf',
  services: [],
  nodes: { source: 'telegraf/in' },
  leavesOut: {
    server: 'senders come to us',
    mistakes: 'whoever calls in has the address, and a flow with a taken path does not start',
    'raw payloads': 'line protocol has a form of its own',
  },
  open: (places) =>
    Promise.resolve({
      source: {
        config: (place) => ({ prefix: `/${place}`, admission: 'token' }),
        secrets: { admitToken: token },
        write: (place, numbers) => writeAll(places, place, numbers),
        numberIn: numberOf,
        numberExpression: 'payload.fields.n',
      },
    }),
}

function numberOf(payload: unknown): unknown {
  // A point, as the node makes it.
  return (payload as { readonly fields?: { readonly n?: unknown } }).fields?.n
}

const linesMax = 20

/** In batches, one after the other: what was not answered with 204 may be there, and need not be. */
async function writeAll(
  { flowUrl }: ProductPlaces,
  place: string,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const accepted: number[] = []
  for (let at = 0; at < numbers.length; at += linesMax) {
    const batch = numbers.slice(at, at + linesMax)
    const body = batch.map((n) => `suite n=${n}i ${1_700_000_000_000 + n}`).join('\n')
    try {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      const url = `${await flowUrl()}/${place}/api/v2/write?precision=ms`
      // oxlint-disable-next-line no-await-in-loop
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: { authorization: `Token ${token}` },
      })
      if (response.status === 204) accepted.push(...batch)
    } catch {
      // The engine is gone for a moment.
    }
  }
  return accepted
}
