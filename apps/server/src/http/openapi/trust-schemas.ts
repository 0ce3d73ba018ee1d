import type { Schema, Schemas, TypedSchema } from './schema.ts'

const text: TypedSchema = { type: 'string' }
const any: TypedSchema = { type: 'object' }
const time: TypedSchema = { type: 'number', description: 'Milliseconds since the epoch' }
const letterNumber: TypedSchema = { type: 'integer', minimum: 0 }

interface SchemaMakers {
  readonly object: (properties: Readonly<Record<string, Schema>>) => TypedSchema
  readonly list: (items: Schema) => TypedSchema
}

/** Tests are read by the flow package, which knows more than a schema can say. */
export function trustSchemas({ object, list }: SchemaMakers): Schemas {
  return {
    FlowTests: object({
      millrace: { type: 'integer', enum: [1] },
      flow: text,
      cases: list(any),
    }),
    SaveTests: object({ tests: any }),
    RunTests: object({ 'cases?': list(text), 'tests?': any, 'flow?': any }),
    TestRun: object({ results: list({ $ref: '#/components/schemas/FlowTestResult' }) }),
    RecordedSource: object({
      node: text,
      fromMs: time,
      toMs: time,
      records: letterNumber,
      bytes: letterNumber,
    }),
    StartReplay: object({ fromMs: time, toMs: time, 'sources?': list(text) }),
    Replay: object({
      number: letterNumber,
      state: { type: 'string', enum: ['running', 'done', 'failed', 'cancelled'] },
      progress: { type: 'number' },
      'reason?': text,
      'result?': any,
    }),
    FixLetter: object({ message: any }),
    Letters: object({ letters: list(letterNumber) }),
    SomeLetters: object({ 'letters?': list(letterNumber) }),
    DeadLetter: object({
      number: letterNumber,
      node: text,
      error: object({ code: text, message: text }),
      failedAt: { type: 'number' },
      attempts: letterNumber,
      message: any,
      'fixed?': any,
    }),
    DeadLetters: object({
      letters: list({ $ref: '#/components/schemas/DeadLetter' }),
      kept: letterNumber,
      dropped: letterNumber,
    }),
    FlowTestResult: object({
      name: text,
      outcome: { type: 'string', enum: ['passed', 'failed', 'broken'] },
      'message?': text,
      differences: list(any),
      got: list(list(any)),
      notes: list(text),
      tookMs: { type: 'number' },
    }),
  }
}
