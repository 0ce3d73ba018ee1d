import type { Connector, ProductPlaces } from '../suite/connector.ts'

const token = 'a-right-token-of-webhooks'

export const httpIn: Connector = {
  system: 'HTTP in',
  against: 'our own client',
  services: [],
  nodes: { source: 'http/in' },
  leavesOut: {
    server: 'senders come to us',
    mistakes: 'whoever calls in has the address, and a flow with a taken path does not start',
  },
  open: (places) =>
    Promise.resolve({
      source: {
        config: (place) => ({ method: 'POST', path: `/${place}`, auth: 'bearer' }),
        secrets: { token },
        write: (place, numbers) => postAll(places, place, numbers),
        writeRaw: (place, body) =>
          post(places, place, { body: Buffer.from(body), type: 'application/octet-stream' }),
      },
    }),
}

const lanes = 8

/** Once each: what was not answered with 202 may be there, and need not be. */
async function postAll(
  places: ProductPlaces,
  place: string,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const waiting = [...numbers]
  const accepted: number[] = []
  const work = async (): Promise<void> => {
    for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) {
      const body = JSON.stringify({ n })
      // oxlint-disable-next-line no-await-in-loop -- one after the other in each lane
      if (await post(places, place, { body, type: 'application/json' })) accepted.push(n)
    }
  }
  await Promise.all(Array.from({ length: lanes }, work))
  return accepted
}

async function post(
  { flowUrl }: ProductPlaces,
  place: string,
  { body, type }: { readonly body: string | Buffer<ArrayBuffer>; readonly type: string },
): Promise<boolean> {
  try {
    const headers = { 'content-type': type, authorization: `Bearer ${token}` }
    const response = await fetch(`${await flowUrl()}/${place}`, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status === 202
  } catch {
    // The engine is gone for a moment.
    return false
  }
}
