import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { realTime } from '@millrace/sdk/testing'
import type { SchemaReference, SchemaType } from '../client/registered-schema.ts'
import { SchemaRegistry } from '../client/schema-registry.ts'

export const time = realTime(globalThis)

export interface TestSchema {
  readonly id: number
  readonly subject: string
  readonly type?: SchemaType
  readonly schema: string
  readonly references?: readonly SchemaReference[]
}

export interface TestRegistry {
  readonly registry: SchemaRegistry
  readonly url: string
  readonly seen: {
    /** May be set, and has it answer 503. */
    isAway: boolean
    /** May be set to the status by which something else answers in its place. */
    elsewhere: number | undefined
    /** May be set to why the next schema is not compatible. */
    incompatible: string
    asked: number
  }
  readonly schemas: readonly TestSchema[]
  add(schema: TestSchema): void
  close(): Promise<void>
}

const first: TestSchema = {
  id: 7,
  subject: 's',
  type: 'JSON',
  schema: JSON.stringify({ type: 'object', required: ['n'] }),
}

/** A registry with one JSON schema, of the subject `s` and by the number 7, that wants `n`. */
export async function openTestRegistry(): Promise<TestRegistry> {
  const seen: TestRegistry['seen'] = {
    isAway: false,
    elsewhere: undefined,
    incompatible: '',
    asked: 0,
  }
  const schemas = [first]
  const server = createServer((request, response) => {
    seen.asked += 1
    void bodyOf(request).then((body) => {
      if (seen.elsewhere !== undefined) {
        response.statusCode = seen.elsewhere
        return response.end('<html>Not the registry</html>')
      }
      const { method = 'GET', url = '' } = request
      const found = seen.isAway ? undefined : answer(schemas, seen, { method, url, body })
      response.statusCode = seen.isAway ? 503 : found === undefined ? 404 : 200
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify(found ?? { error_code: 40403, message: 'Not found' }))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const registry = new SchemaRegistry({ auth: 'none', timeoutMs: 5000, url, ...realParts() })
  return {
    registry,
    url,
    seen,
    schemas,
    add: (schema) => void schemas.push(schema),
    close: async () => {
      registry.close()
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}

interface Asked {
  readonly method: string
  readonly url: string
  readonly body: string
}

/** What the REST API says; `undefined` where there is nothing. */
function answer(
  schemas: TestSchema[],
  seen: TestRegistry['seen'],
  { method, url, body }: Asked,
): unknown {
  const [, place = '', name = '', ...rest] = decodeURIComponent(url.split('?')[0] ?? '').split('/')
  if (place === 'subjects' && name === '')
    return [...new Set(schemas.map(({ subject }) => subject))]
  if (place === 'schemas') return byId(schemas, Number(rest[0]), rest[1] === 'versions')
  if (place === 'config') return { compatibilityLevel: 'BACKWARD' }
  if (place === 'compatibility') {
    const messages = seen.incompatible === '' ? [] : [seen.incompatible]
    return { is_compatible: messages.length === 0, messages }
  }
  const own = schemas.filter(({ subject }) => subject === name)
  if (method === 'GET') return described(own.at(-1))
  const { schema, schemaType = 'AVRO' } = JSON.parse(body) as {
    schema: string
    schemaType?: string
  }
  const known = own.find((one) => one.schema === schema)
  if (rest[0] !== 'versions' || known !== undefined) return described(known)
  const id = 100 + schemas.length
  // Only what a schema may be of is sent.
  const added = { id, subject: name, type: schemaType as SchemaType, schema }
  schemas.push(added)
  return described(added)
}

function byId(schemas: readonly TestSchema[], id: number, wantsSubjects: boolean): unknown {
  const found = schemas.filter((one) => one.id === id)
  if (!wantsSubjects) return described(found[0])
  return found.map(({ subject }) => ({ subject, version: 1 }))
}

function described(found: TestSchema | undefined): unknown {
  if (found === undefined) return undefined
  const { id, subject, type = 'AVRO', schema, references = [] } = found
  return { id, version: 1, subject, schemaType: type, schema, references }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

function realParts() {
  const { clock, schedule } = time
  const every = (): never => {
    throw new Error('The registry does nothing by and by.')
  }
  return { clock, timers: { after: schedule, every, soon: queueMicrotask } }
}
