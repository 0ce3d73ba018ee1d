import type { FlowTestResult, FlowTests, TestMessage } from '@millrace/flow'
import type {
  DeadLetterInfo,
  DeadLettersBody,
  RecordedSourceInfo,
  ReplayInfo,
  RunTestsBody,
  StartReplayBody,
} from '@millrace/protocol'
import { ApiError } from '../model/index.ts'

/** What the parts of this folder ask of the server. Refusals reject with `ApiError`. */
export interface TrustApi {
  tests(flow: string): Promise<FlowTests>
  saveTests(flow: string, tests: FlowTests): Promise<FlowTests>
  runTests(flow: string, body: RunTestsBody): Promise<readonly FlowTestResult[]>
  deadLetters(flow: string, before?: number): Promise<DeadLettersBody>
  /** Gives the letter another message to be given again. */
  fixLetter(flow: string, number: number, message: TestMessage): Promise<DeadLetterInfo>
  replayLetters(flow: string, letters: readonly number[]): Promise<void>
  removeLetters(flow: string, letters: readonly number[]): Promise<void>
  recording(flow: string): Promise<readonly RecordedSourceInfo[]>
  startReplay(flow: string, body: StartReplayBody): Promise<ReplayInfo>
  replay(flow: string, number: number): Promise<ReplayInfo>
  cancelReplay(flow: string, number: number): Promise<void>
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** Longer than the server takes for all tests together. */
const answerWithinMs = 60_000

export function createTrustApi(base = '/api'): TrustApi {
  const of = (flow: string) => `${base}/flows/${encodeURIComponent(flow)}`
  return {
    tests: async (flow) => (await ask<{ tests: FlowTests }>('GET', `${of(flow)}/tests`)).tests,
    saveTests: async (flow, tests) =>
      (await ask<{ tests: FlowTests }>('PUT', `${of(flow)}/tests`, { tests })).tests,
    runTests: async (flow, body) => {
      const path = `${of(flow)}/tests/run`
      return (await ask<{ results: readonly FlowTestResult[] }>('POST', path, body)).results
    },
    deadLetters: (flow, before) =>
      ask('GET', `${of(flow)}/dead-letters${before === undefined ? '' : `?before=${before}`}`),
    fixLetter: (flow, number, message) =>
      ask('PUT', `${of(flow)}/dead-letters/${number}`, { message }),
    replayLetters: (flow, letters) => ask('POST', `${of(flow)}/dead-letters/replay`, { letters }),
    recording: async (flow) =>
      (await ask<{ sources: readonly RecordedSourceInfo[] }>('GET', `${of(flow)}/recording`))
        .sources,
    startReplay: (flow, body) => ask('POST', `${of(flow)}/replays`, body),
    replay: (flow, number) => ask('GET', `${of(flow)}/replays/${number}`),
    cancelReplay: (flow, number) => ask('DELETE', `${of(flow)}/replays/${number}`),
    removeLetters: (flow, letters) => ask('DELETE', `${of(flow)}/dead-letters`, { letters }),
  }
}

/** What the server answers has the type that the protocol gives that address. */
export async function ask<Body>(method: Method, url: string, body?: unknown): Promise<Body> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(answerWithinMs),
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new ApiError({
      status: 0,
      code: 'OFFLINE',
      message: 'The server does not answer.',
      cause,
    })
  })
  const answer: unknown = response.status === 204 ? undefined : await response.json()
  if (response.ok) return answer as Body
  const { status } = response
  throw new ApiError({ status, ...refusalIn(answer) })
}

function refusalIn(body: unknown): { readonly code: string; readonly message: string } {
  const isRefusal = typeof body === 'object' && body !== null && 'code' in body && 'message' in body
  if (!isRefusal) return { code: 'UNEXPECTED_ANSWER', message: 'The server refused.' }
  return { code: String(body.code), message: String(body.message) }
}
