import { FormatError, parseJson } from '@millrace/formats'
import { NodeError } from '@millrace/sdk'
import type { WholeSchema } from '../client/registered-schema.ts'
import { loadAjv, loadAjv2020 } from '../load-library.ts'
import type { SchemaCodec } from './schema-codec.ts'

/** JSON that is checked, whether it is read or written. */
export function jsonCodec({ text, used }: WholeSchema): SchemaCodec {
  const problemOf = jsonChecker(text, used)
  const checked = (value: unknown): unknown => {
    const problem = problemOf(value)
    if (problem === undefined) return value
    const sentence = `The value does not fit its schema: ${problem.slice(0, 300)}.`
    throw new NodeError('SCHEMA_MISFIT', sentence)
  }
  return {
    type: 'JSON',
    decode: (body) => checked(parseJson(body.toString('utf8'))),
    encode: (value) => Buffer.from(JSON.stringify(checked(value)) ?? 'null'),
  }
}

function jsonChecker(
  text: string,
  used: WholeSchema['used'],
): (value: unknown) => string | undefined {
  try {
    const schema = objectOf(text)
    const isNew = JSON.stringify(schema['$schema'] ?? '').includes('2020-12')
    const options = {
      strict: false,
      validateSchema: false,
      validateFormats: false,
      logger: false,
    } as const
    const ajv = isNew ? new (loadAjv2020().Ajv2020)(options) : new (loadAjv().Ajv)(options)
    for (const one of used) ajv.addSchema(objectOf(one.text), one.name)
    const check = ajv.compile(schema)
    return (value) =>
      check(value) ? undefined : ajv.errorsText(check.errors, { dataVar: 'value' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new FormatError('FORMAT_SETTINGS', `The JSON schema is wrong: ${why.slice(0, 300)}.`)
  }
}

function objectOf(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
