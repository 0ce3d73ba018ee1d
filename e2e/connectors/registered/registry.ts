import { startApicurio } from '@millrace/services'
import type { Apicurio } from '@millrace/services'
import type { Connector, Mistake, Peer } from '../suite/connector.ts'
import { framed } from '../registry-schemas.ts'
import { register } from '../registry-way.ts'

const password = 'a-right-password-of-schemas'
const leavesOut = { server: 'a schema is asked for once, and known from then on' }

/** Numbers as Avro, behind the number of their schema. */
export const registryEncode: Connector = {
  system: 'Schema registry',
  against: 'Apicurio 2.6',
  services: ['apicurio'],
  nodes: { connection: 'kafka/registry', operator: 'kafka/encode' },
  leavesOut,
  open: async () => {
    const { url } = await registry()
    const fields = [{ name: 'n', type: 'long' }]
    const schema = JSON.stringify({ type: 'record', name: 'Number', fields })
    const id = await register(url, 'numbers', { schema })
    return {
      ...peerAt(url),
      operator: {
        config: () => ({ registry: 'peer', subject: 'numbers', to: 'payload.bytes' }),
        numberIn: (payload) => {
          const { n, bytes } = payload as { readonly n: number; readonly bytes: string }
          const isRight = framed(id, avroLong(n)).equals(Buffer.from(bytes, 'base64'))
          return isRight && n >= 0 ? n : undefined
        },
        refuses: ['empty', 'binary', 'malformed'],
      },
    }
  },
}

/** Numbers as JSON, behind the number of their schema. */
export const registryDecode: Connector = {
  system: 'Schema registry',
  against: 'Apicurio 2.6',
  services: ['apicurio'],
  nodes: { connection: 'kafka/registry', operator: 'kafka/decode' },
  leavesOut,
  open: async () => {
    const { url } = await registry()
    const schema = JSON.stringify({ type: 'object', properties: { n: { type: 'integer' } } })
    const id = await register(url, 'numbers-json', { schema, schemaType: 'JSON' })
    return {
      ...peerAt(url),
      operator: {
        config: () => ({ registry: 'peer' }),
        feed: { body: 'binary' },
        bodyOf: (json) => Uint8Array.from(framed(id, Buffer.from(json))),
        // As it was before it was written.
        numberIn: (payload) => (payload as { readonly n: number }).n,
        // None of them names a schema.
        refuses: ['empty', 'binary', 'malformed', 'large'],
      },
    }
  },
}

let started: Promise<Apicurio> | undefined

/** One for both: it takes long to start, and is not harmed. */
function registry(): Promise<Apicurio> {
  started ??= startApicurio()
  return started
}

export async function stopRegistry(): Promise<void> {
  await (await started)?.stop()
  started = undefined
}

function peerAt(url: string): Peer {
  return {
    connection: {
      config: { url, auth: 'basic', username: 'plant', timeoutMs: 3_000 },
      secrets: { password },
    },
    mistakes: mistakesAt(url),
  }
}

function mistakesAt(url: string): readonly Mistake[] {
  const at = (other: string) => ({ config: { url: other } })
  return [
    { name: 'a wrong host', change: at('http://nowhere.invalid:8081'), names: /Address/ },
    { name: 'a wrong port', change: at('http://127.0.0.1:1'), names: /Address/ },
    {
      name: 'TLS where there is none',
      change: at(url.replace('http:', 'https:')),
      names: /Address/,
    },
  ]
}

/** Zigzag, in groups of seven bits, the lowest first. */
function avroLong(value: number): Buffer {
  const bytes: number[] = []
  let rest = value >= 0 ? value * 2 : -value * 2 - 1
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}
