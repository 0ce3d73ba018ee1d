import type { Schema, Schemas, TypedSchema } from './schema.ts'

const text: TypedSchema = { type: 'string' }
const any: TypedSchema = { type: 'object' }

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
