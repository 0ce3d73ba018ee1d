import { join } from 'node:path'
import type { StartReplayBody } from '@millrace/protocol'
import type { Flow } from '@millrace/flow'
import { connectionsOf } from '../../deploy/flow-connections.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { Server } from '../../server-parts.ts'
import { recordedSources } from '../../trial/recording.ts'
import { ReplayBook } from '../../trial/replay-book.ts'
import type { ReplayRequest } from '../../trial/run-replay.ts'
import { list, object, ref } from '../openapi/schemas.ts'
import { bodyOf } from '../route.ts'
import type { Route } from '../route.ts'
import { nameOf } from './flow-routes.ts'

/** Recorded input, run through the flow as it is saved beside what is deployed. */
export function replayRoutes(server: Server): readonly Route[] {
  const book = new ReplayBook({ ...server.trials, nodeTypes: server.nodeTypes })
  return [recordingRoute(server), startRoute(server, book), ...oneRoutes(book)]
}

function recordingRoute(server: Server): Route {
  return {
    method: 'get',
    path: '/api/flows/:name/recording',
    summary: 'Says what there is of the sources of a flow to be replayed',
    answer: {
      status: 200,
      schema: object({ sources: list(ref('RecordedSource')) }),
      description: 'By source',
    },
    refusals: [404],
    handle: ({ params }) => {
      const { flow } = server.saved.get(nameOf(params))
      return { body: { sources: recordedSources(folderOf(server, flow)) } }
    },
  }
}

function startRoute(server: Server, book: ReplayBook): Route {
  return {
    method: 'post',
    path: '/api/flows/:name/replays',
    summary: 'Runs recorded input through a flow, sinks muted, beside what is deployed',
    body: { schema: 'StartReplay' },
    answer: { status: 202, schema: ref('Replay'), description: 'The replay' },
    refusals: [404, 409],
    handle: ({ params, body }) => {
      if (book.isBusy) {
        const message = 'Another replay runs; wait for its end, or cancel it'
        throw new Refusal(409, { code: 'REPLAY_BUSY', message })
      }
      const name = nameOf(params)
      const info = book.start(name, requestOf(server, name, bodyOf({ body })))
      return { status: 202, body: info }
    },
  }
}

function oneRoutes(book: ReplayBook): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/flows/:name/replays/:number',
      summary: 'Says how far a replay is, and what came of it',
      answer: { status: 200, schema: ref('Replay'), description: 'The replay' },
      refusals: [404],
      handle: ({ params }) => {
        const info = book.get(nameOf(params), Number(params['number']))
        if (info === undefined) throw unknownReplay()
        return { body: info }
      },
    },
    {
      method: 'delete',
      path: '/api/flows/:name/replays/:number',
      summary: 'Cancels a replay',
      answer: { status: 204, description: 'It ends' },
      refusals: [404],
      handle: ({ params }) => {
        if (!book.cancel(nameOf(params), Number(params['number']))) throw unknownReplay()
        return { status: 204 }
      },
    },
  ]
}

function requestOf(server: Server, name: string, wanted: StartReplayBody): ReplayRequest {
  const entry = server.saved.get(name)
  const { fromMs, toMs } = wanted
  const folder = folderOf(server, entry.flow)
  const recorded = recordedSources(folder).map(({ node }) => node)
  const sources = recorded.filter((node) => wanted.sources?.includes(node) ?? true)
  const info = server.deployments.info(name)
  const deployed =
    info.version === undefined
      ? undefined
      : (server.deployments.deployedFlow(name, entry) ?? entry.flow)
  const flows = deployed ? [deployed, entry.flow] : [entry.flow]
  const ids = new Set(flows.flatMap((flow) => connectionsOf(flow, server.nodeTypes)))
  const documents = server.directory.connections.all()
  const connections = [...ids].flatMap((id) => documents.get(id) ?? [])
  const stretch = { fromMs, toMs }
  return { deployed, edited: entry.flow, connections, folder, sources, stretch }
}

function folderOf({ directory }: Server, { name }: Flow): string {
  return join(directory.durable.intake, name)
}

function unknownReplay(): Refusal {
  return notFound('REPLAY_UNKNOWN', 'There is no such replay; only the last ones are kept')
}
