import { replayAction } from '@millrace/engine'
import type { LetterReplay } from '@millrace/engine'
import type { TestMessage } from '@millrace/flow'
import type { DeadLetterInfo, DeadLettersBody } from '@millrace/protocol'
import {
  DeadLetterFile,
  hasLetters,
  lettersFile,
} from '../../engine-process/durable/dead-letter-file.ts'
import type { KeptLetter } from '../../engine-process/durable/dead-letter-file.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { Server } from '../../server-parts.ts'
import { fromPlain, toPlain } from '../../trial/plain-message.ts'
import { object, ref } from '../openapi/schemas.ts'
import { bodyOf } from '../route.ts'
import type { ApiRequest, Route } from '../route.ts'
import { nameOf } from './flow-routes.ts'

const pageLetters = 100

/** Messages that nodes could not handle: looking at them, mending them, giving them again. */
export function deadLetterRoutes(server: Server): readonly Route[] {
  return [listRoute(server), fixRoute(server), replayRoute(server), removeRoute(server)]
}

function listRoute(server: Server): Route {
  return {
    method: 'get',
    path: '/api/flows/:name/dead-letters',
    summary: 'Lists the dead letters of a flow, the newest first',
    query: {
      before: {
        description: 'Those before this number; the newest without it',
        schema: { type: 'integer' },
      },
    },
    answer: { status: 200, schema: ref('DeadLetters'), description: 'Some of them' },
    refusals: [404],
    handle: ({ params, query }) => {
      const before = query['before'] === undefined ? undefined : Number(query['before'])
      if (before !== undefined && !Number.isSafeInteger(before)) throw notANumber()
      const body = withFile(server, params, nothing, (file): DeadLettersBody => {
        const letters = file.list({ before, limit: pageLetters }).map(infoOf)
        return { letters, ...file.counts() }
      })
      return { body }
    },
  }
}

const nothing: DeadLettersBody = { letters: [], kept: 0, dropped: 0 }

function fixRoute(server: Server): Route {
  return {
    method: 'put',
    path: '/api/flows/:name/dead-letters/:number',
    summary: 'Mends the message of a dead letter; the original is kept',
    body: { schema: 'FixLetter', bytesMax: 4 * 1024 * 1024 },
    answer: { status: 200, schema: ref('DeadLetter'), description: 'The letter' },
    refusals: [404],
    handle: ({ params, body }) => {
      const number = Number(params['number'])
      const { message } = bodyOf<{ message: TestMessage }>({ body })
      const letter = withFile(server, params, undefined, (file) => {
        file.fix(number, fromPlain(message))
        return file.get(number)
      })
      if (letter === undefined) throw unknownLetter(number)
      return { body: infoOf(letter) }
    },
  }
}

function replayRoute(server: Server): Route {
  return {
    method: 'post',
    path: '/api/flows/:name/dead-letters/replay',
    summary: 'Gives dead letters to their nodes again; what is dealt with is gone',
    body: { schema: 'Letters' },
    answer: {
      status: 200,
      schema: object({ replayed: { type: 'integer', minimum: 0 } }),
      description: 'How many were given',
    },
    refusals: [404, 409],
    handle: async ({ params, body }) => {
      const name = nameOf(params)
      const { letters: numbers } = bodyOf<{ letters: readonly number[] }>({ body })
      const letters = withFile(server, params, [], (file) =>
        numbers.flatMap((number) => file.get(number) ?? []),
      )
      for (const letter of letters) {
        // oxlint-disable-next-line no-await-in-loop -- in the order that the person wants
        await server.supervisor.action(name, letter.node, replayAction, replayOf(letter))
      }
      return { body: { replayed: letters.length } }
    },
  }
}

function removeRoute(server: Server): Route {
  return {
    method: 'delete',
    path: '/api/flows/:name/dead-letters',
    summary: 'Deletes dead letters; all without a list of them',
    body: { schema: 'SomeLetters' },
    answer: {
      status: 200,
      schema: object({ removed: { type: 'integer', minimum: 0 } }),
      description: 'How many went',
    },
    refusals: [404],
    handle: ({ params, body }) => {
      const { letters } = bodyOf<{ letters?: readonly number[] }>({ body })
      const removed = withFile(server, params, 0, (file) => file.remove(letters))
      return { body: { removed } }
    },
  }
}

/** The file is written by the thread of the flow at the same time; it is open for a moment only. */
function withFile<Result>(
  { saved, directory }: Server,
  params: ApiRequest['params'],
  otherwise: Result,
  task: (file: DeadLetterFile) => Result,
): Result {
  const { flow } = saved.get(nameOf(params))
  const folder = directory.durable.state
  if (!hasLetters(folder, flow.name)) return otherwise
  const file = new DeadLetterFile(lettersFile(folder, flow.name))
  try {
    return task(file)
  } finally {
    file.close()
  }
}

function infoOf(letter: KeptLetter): DeadLetterInfo {
  const { number, node, error, failedAt, attempts, message, fixed } = letter
  const about = { number, node, error, failedAt, attempts, message: plainOf(message) }
  return fixed === undefined ? about : { ...about, fixed: plainOf(fixed) }
}

function plainOf(message: unknown): TestMessage {
  const isMessage = typeof message === 'object' && message !== null
  return toPlain(isMessage ? { payload: undefined, ...message } : { payload: message })
}

function replayOf({ number, input, message, fixed }: KeptLetter): LetterReplay {
  return { letter: number, input, message: fixed ?? message }
}

function unknownLetter(number: number): Refusal {
  return notFound('LETTER_UNKNOWN', `There is no dead letter ${number}`)
}

function notANumber(): Refusal {
  const message = '"before" must be the number of a letter'
  return new Refusal(400, { code: 'PARAMETER_WRONG', message, path: 'before' })
}
