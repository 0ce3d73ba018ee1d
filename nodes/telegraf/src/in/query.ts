import type { HttpRequest, HttpResponse, KeyedState } from '@millrace/sdk'
import { formPairs } from '@millrace/web'
import { json } from './dialect.ts'

/** Names of databases that were created here or written to. */
export interface Databases {
  names(): readonly string[]
  add(name: string): void
}

const databasesMax = 200
const nameMax = 200

export function databasesIn(state: KeyedState<true>): Databases {
  return {
    names: () => [...state.keys()].map(String).toSorted(),
    add: (name) => {
      if (
        name !== '' &&
        name.length <= nameMax &&
        state.get(name) === undefined &&
        state.size < databasesMax
      ) {
        state.set(name, true)
      }
    },
  }
}

interface Series {
  readonly name: string
  readonly columns: readonly string[]
  readonly values: readonly (readonly unknown[])[]
}

/**
 * Answers what senders ask before they write: Telegraf creates its database, the influx shell looks
 * at which there are. Points are not kept here, so there is nothing else to ask for.
 */
export function answerQuery(request: HttpRequest, databases: Databases): HttpResponse {
  const statements = statementsOf(request)
  if (statements.length === 0) return json(400, { error: 'missing required parameter "q"' })
  const results = statements.map((statement, at) => {
    const series = resultOf(statement, databases)
    if (series === undefined) return { statement_id: at, error: cannot(statement) }
    return { statement_id: at, ...(series.length === 0 ? {} : { series }) }
  })
  return json(200, { results })
}

function statementsOf({ query, headers, body }: HttpRequest): readonly string[] {
  const isForm = headers['content-type']?.includes('application/x-www-form-urlencoded') ?? false
  const given = query['q'] ?? (isForm ? queryIn(new TextDecoder().decode(body)) : '')
  return String(given)
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
    .slice(0, statementsMax)
}

const statementsMax = 100

function queryIn(form: string): string {
  for (const [name, value] of formPairs(form)) if (name === 'q') return value
  return ''
}

function resultOf(statement: string, databases: Databases): readonly Series[] | undefined {
  const created = /^create\s+database\s+(?:if\s+not\s+exists\s+)?("(?:[^"\\]|\\.)*"|\S+)/i.exec(
    statement,
  )
  if (created !== null) {
    databases.add(unquoted(created[1] ?? ''))
    return []
  }
  if (/^show\s+databases$/i.test(statement)) {
    const values = databases.names().map((name) => [name])
    return [{ name: 'databases', columns: ['name'], values }]
  }
  if (/^show\s+retention\s+policies\b/i.test(statement)) return [policies]
  return /^(create|alter)\s+retention\s+policy\b/i.test(statement) ? [] : undefined
}

const policies: Series = {
  name: '',
  columns: ['name', 'duration', 'shardGroupDuration', 'replicaN', 'default'],
  values: [['autogen', '0s', '168h0m0s', 1, true]],
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replace(/\\(.)/g, '$1') : name
}

function cannot(statement: string): string {
  const what = statement.slice(0, 60)
  return `"${what}" is not answered here: points go into a flow, which keeps them where it is drawn to. Only CREATE DATABASE and SHOW DATABASES are.`
}
