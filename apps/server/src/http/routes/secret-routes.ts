import { isForbiddenKey, isSecretOwner } from '@millrace/flow'
import type { SecretName } from '@millrace/flow'
import { Refusal } from '../../refusal.ts'
import type { Server } from '../../server-parts.ts'
import { list, object, ref } from '../openapi/schemas.ts'
import { bodyOf } from '../route.ts'
import type { ApiRequest, Route } from '../route.ts'

const secretsMax = 5_000

/** Secrets go in and are never read out again. */
export function secretRoutes({ directory, clock }: Server): readonly Route[] {
  const { secrets } = directory
  return [
    {
      method: 'get',
      path: '/api/secrets',
      summary: 'Lists which secrets are set; never their values',
      answer: {
        status: 200,
        schema: object({ secrets: list(ref('Secret')) }),
        description: 'Whose they are and when they were set',
      },
      handle: () => ({ body: { secrets: secrets.list() } }),
    },
    {
      method: 'put',
      path: '/api/secrets',
      summary: 'Sets a secret',
      body: { schema: 'SetSecret' },
      answer: { status: 204, description: 'It is set' },
      refusals: [409],
      handle: async ({ body }) => {
        const { owner, field } = nameOf(body)
        if (secrets.list().length >= secretsMax && secrets.setAt(owner, field) === undefined) {
          const message = `There are ${secretsMax} secrets already; delete some first`
          throw new Refusal(409, { code: 'SECRETS_TOO_MANY', message })
        }
        const { value } = bodyOf<{ value: string }>({ body })
        await secrets.set({ owner, field, value, setAt: clock.now() })
        return { status: 204 }
      },
    },
    {
      method: 'delete',
      path: '/api/secrets',
      summary: 'Forgets a secret',
      body: { schema: 'SecretName' },
      answer: { status: 204, description: 'It is not set any more' },
      handle: async ({ body }) => {
        const { owner, field } = nameOf(body)
        await secrets.remove(owner, field)
        return { status: 204 }
      },
    },
  ]
}

function nameOf(body: ApiRequest['body']): SecretName {
  const { owner, field } = bodyOf<SecretName>({ body })
  if (!isSecretOwner(owner)) {
    const message = 'The owner of a secret is written connection/ID or flow/NAME/NODE'
    throw new Refusal(400, { code: 'BODY_SHAPE', message, path: 'owner' })
  }
  if (!isForbiddenKey(field)) return { owner, field }
  throw new Refusal(400, {
    code: 'KEY_FORBIDDEN',
    message: `"${field}" is a reserved word`,
    path: 'field',
  })
}
