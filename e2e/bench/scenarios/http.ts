import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Flow } from '@millrace/flow'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import { deployNodeRed, startNodeRed } from '../peers/node-red.ts'
import { until, type Peer } from '../peers/peer.ts'
import { processCost } from '../process-cost.ts'
import { millraceHttp, millraceHttpDurable, redHttp, redHttpPost } from './flows.ts'
import { byTurns, figuresOf, type Measured, type Scenario } from './scenario.ts'

const wrk = promisify(execFile)

interface Work {
  readonly name: string
  readonly about: string
  readonly millrace: Flow
  readonly nodeRed: object[]
  /** What wrk sends; GET without one. */
  readonly body?: string
}

export const http = scenarioOf({
  name: 'http',
  about: 'HTTP in → function → response under wrk with 50 connections',
  millrace: millraceHttp,
  nodeRed: redHttp,
})

/** Node-RED keeps nothing: it answers as soon as it has read the request. */
export const httpDurable = scenarioOf({
  name: 'http-durable',
  about: 'HTTP in, answered once it is on disk (Node-RED: at once), under wrk with 50 connections',
  millrace: millraceHttpDurable,
  nodeRed: redHttpPost,
  body: '{"device":"press-17","line":4,"temperature":21.5,"humidity":48.25,"at":1795276800000,"unit":"C"}',
})

function scenarioOf(work: Work): Scenario {
  return {
    name: work.name,
    about: work.about,
    measure: async ({ runs, say }) => {
      const results = await byTurns(
        runs,
        async () => once(await startMillrace(), work, say),
        async () => once(await startNodeRed(), work, say),
      )
      return figuresOf(
        work.name,
        [
          { measure: 'requests', unit: 'a second', isCost: false, goal: '≥ 2 ×' },
          { measure: 'CPU', unit: 'µs/request', isCost: true },
          { measure: 'p99', unit: 'ms', isCost: true },
          { measure: 'not 2xx', unit: 'answers', isCost: true, goal: '0' },
        ],
        results,
      )
    },
  }
}

async function once(peer: Peer, work: Work, say: (text: string) => void): Promise<Measured> {
  const script = mkdtempSync(join(tmpdir(), 'bench-wrk-'))
  try {
    if (peer.name === 'millrace') await deployMillrace(peer, work.millrace)
    else await deployNodeRed(peer, work.nodeRed)
    const url = `${peer.flowUrl}/bench`
    const request = requestOf(work)
    await until('the flow to answer', 5000, async () =>
      (await fetch(url, request)).ok ? true : undefined,
    )
    const file = join(script, 'request.lua')
    writeFileSync(file, luaOf(work))
    await load(url, file, 2)
    const before = processCost(peer.pid)
    const seen = await load(url, file, 6)
    const after = processCost(peer.pid)
    const measured = {
      requests: seen.requestsPerSecond,
      CPU: (after.cpuUs - before.cpuUs) / seen.requests,
      p99: seen.p99Ms,
      'not 2xx': seen.refused,
    }
    say(`${work.name} ${peer.name}: ${JSON.stringify(measured)}`)
    return measured
  } finally {
    await peer.stop()
    rmSync(script, { recursive: true, force: true })
  }
}

function requestOf({ body }: Work): RequestInit {
  const headers = { 'content-type': 'application/json' }
  return body === undefined ? {} : { method: 'POST', headers, body }
}

/** What wrk is to send. */
function luaOf({ body }: Work): string {
  if (body === undefined) return 'wrk.method = "GET"\n'
  const type = 'wrk.headers["Content-Type"] = "application/json"'
  return `wrk.method = "POST"\n${type}\nwrk.body = [[${body}]]\n`
}

async function load(
  url: string,
  script: string,
  seconds: number,
): Promise<{ requests: number; requestsPerSecond: number; p99Ms: number; refused: number }> {
  const options = ['-t1', '-c50', `-d${seconds}s`, '--latency', '-s', script]
  const { stdout } = await wrk('wrk', [...options, url])
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0)
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout)
  const scale = { us: 0.001, ms: 1, s: 1000 }[p99?.[2] ?? 'ms'] ?? 1
  return {
    requests: number(/(\d+) requests in/),
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p99Ms: Number(p99?.[1] ?? 0) * scale,
    refused: number(/Non-2xx or 3xx responses: (\d+)/),
  }
}
