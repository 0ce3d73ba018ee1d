import type { Schema } from './openapi/schema.ts'

/** A request that passed all that its route says: parameters have their form, the body its schema. */
export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** Undefined where the route takes none. */
  readonly body: unknown
}

export interface ApiAnswer {
  /** 200 when absent; 204 without a body. */
  readonly status?: number
  readonly body?: unknown
  /** Instead of a body: values as lines of JSON, each sent when it is there. */
  readonly lines?: AsyncIterable<unknown>
}

/** One route of the API: what it takes, what it answers, and what it does. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Such as `/api/flows/:name`; the forms of parameters follow from their names. */
  readonly path: string
  readonly summary: string
  readonly query?: Readonly<
    Record<string, { readonly description: string; readonly schema: Schema }>
  >
  readonly body?: {
    /** Name of a schema. */
    readonly schema: string
    /** Longest body in bytes; 256 KB when absent. */
    readonly bytesMax?: number
    readonly isOptional?: boolean
  }
  readonly answer: {
    readonly status: number
    readonly schema?: Schema
    readonly description: string
  }
  /** Refusals beside those that every route has. */
  readonly refusals?: readonly number[]
  readonly handle: (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>
}

/** The body in the type of its schema, which the router has checked before the route is called. */
export function bodyOf<Body>(request: Pick<ApiRequest, 'body'>): Body {
  // Schema and type stand for each other; the tests of the API hold them together.
  return request.body as Body
}

export const documentBytesMax = 16 * 1024 * 1024
export const bodyBytesMax = 256 * 1024
