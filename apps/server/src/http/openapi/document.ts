import { parameterForms } from '../parameters.ts'
import type { Route } from '../route.ts'
import { ref, schemas } from './schemas.ts'

/** The OpenAPI 3.1 description of the routes. */
export function openApiDocument(routes: readonly Route[], version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { schemas },
  }
}

function operation(route: Route): unknown {
  const { status, schema, description } = route.answer
  return {
    summary: route.summary,
    operationId: operationId(route),
    tags: [route.path.split('/')[2] ?? ''],
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(route.body && {
      requestBody: {
        required: route.body.isOptional !== true,
        content: json(ref(route.body.schema)),
      },
    }),
    responses: {
      [status]: { description, ...(schema && { content: json(schema) }) },
      ...Object.fromEntries((route.refusals ?? []).map((code) => [code, refusal])),
      default: refusal,
    },
  }
}

const refusal = { description: 'Refused', content: json(ref('Error')) }

function json(schema: unknown): unknown {
  return { 'application/json': { schema } }
}

function operationId({ method, path }: Route): string {
  const words = path
    .split('/')
    .slice(2)
    .map((part) => part.replace(/^:/, 'by-'))
  return [method, ...words].join('-').replace(/[^\w-]/g, '-')
}

function pathParameters({ path }: Route): readonly unknown[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: parameterForms[name]?.pattern.source },
  }))
}

function queryParameters({ query = {} }: Route): readonly unknown[] {
  return Object.entries(query).map(([name, parameter]) => ({ name, in: 'query', ...parameter }))
}
