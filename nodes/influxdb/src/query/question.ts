import { NodeError } from '@millrace/sdk'
import type { InfluxServer, Question } from '../server/influx-server.ts'

export type Language = 'influxql' | 'flux' | 'sql'
export type Parameter = string | number | boolean
export type Parameters = Readonly<Record<string, Parameter>>

export interface QueryText {
  readonly language: Language
  readonly text: string
  /** Go beside the query, never into it. */
  readonly parameters: Parameters
  readonly bytesMax: number
}

export type Asked = Pick<InfluxServer, 'version' | 'database'>

/** The request that asks this server. Throws where it does not know the language. */
export function questionOf({ version, database }: Asked, query: QueryText): Question {
  const make = languages[`${version} ${query.language}`]
  if (make !== undefined) return { ...make(query, database), bytesMax: query.bytesMax }
  const fitting = { 1: 'InfluxQL', 2: 'Flux', 3: 'SQL or InfluxQL' }[version]
  throw new NodeError(
    'INFLUXDB_WRONG_LANGUAGE',
    `The server is an InfluxDB ${version}: choose ${fitting} as the language.`,
  )
}

type Make = (query: QueryText, database: string | undefined) => Omit<Question, 'bytesMax'>

const languages: Readonly<Record<string, Make>> = {
  '1 influxql': ({ text, parameters }, database) => ({
    path: 'query',
    parameters: { epoch: 'ms', db: database },
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: String(new URLSearchParams({ q: text, params: JSON.stringify(parameters) })),
  }),
  '2 flux': ({ text, parameters }) => ({
    path: 'api/v2/query',
    parameters: {},
    headers: { 'content-type': 'application/json', accept: 'application/csv' },
    body: JSON.stringify({
      query: text,
      extern: parametersTree(parameters),
      dialect: { header: true, annotations: ['datatype', 'group', 'default'] },
    }),
  }),
  '3 sql': versionThree('api/v3/query_sql'),
  '3 influxql': versionThree('api/v3/query_influxql'),
}

function versionThree(path: string): Make {
  return ({ text, parameters }, database) => ({
    path,
    parameters: {},
    headers: { 'content-type': 'application/json', accept: 'application/jsonl' },
    body: JSON.stringify({ db: database, q: text, params: parameters, format: 'jsonl' }),
  })
}

/** A Flux file that sets the option `params`, as a tree, so that no value is ever parsed. */
function parametersTree(parameters: Parameters): unknown {
  const properties = Object.entries(parameters).map(([name, value]) => ({
    type: 'Property',
    key: { type: 'Identifier', name },
    value: literal(value),
  }))
  const init = { type: 'ObjectExpression', properties }
  const id = { type: 'Identifier', name: 'params' }
  const assignment = { type: 'VariableAssignment', id, init }
  return {
    type: 'File',
    package: null,
    imports: null,
    body: [{ type: 'OptionStatement', assignment }],
  }
}

function literal(value: Parameter): unknown {
  if (typeof value === 'string') return { type: 'StringLiteral', value }
  if (typeof value === 'boolean') return { type: 'BooleanLiteral', value }
  if (!Number.isSafeInteger(value)) return { type: 'FloatLiteral', value }
  // Written as text there, as they may have 64 bits.
  return { type: 'IntegerLiteral', value: String(value) }
}
