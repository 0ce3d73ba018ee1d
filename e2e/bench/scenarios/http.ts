import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { deployMillrace, startMillrace } from '../peers/millrace.ts'
import { deployNodeRed, startNodeRed } from '../peers/node-red.ts'
import { until, type Peer } from '../peers/peer.ts'
import { processCost } from '../process-cost.ts'
import { millraceHttp, redHttp } from './flows.ts'
import { byTurns, figuresOf, type Measured, type Scenario } from './scenario.ts'

const wrk = promisify(execFile)

export const http: Scenario = {
  name: 'http',
  about: 'HTTP in → function → response under wrk with 50 connections',
  measure: async ({ runs, say }) => {
    const results = await byTurns(
      runs,
      async () => once(await startMillrace(), say),
      async () => once(await startNodeRed(), say),
    )
    return figuresOf(
      'http',
      [
        { measure: 'requests', unit: 'a second', isCost: false, goal: '≥ 2 ×' },
        { measure: 'CPU', unit: 'µs/request', isCost: true },
        { measure: 'p99', unit: 'ms', isCost: true },
        { measure: 'not 200', unit: 'answers', isCost: true, goal: '0' },
      ],
      results,
    )
  },
}

async function once(peer: Peer, say: (text: string) => void): Promise<Measured> {
  try {
    if (peer.name === 'millrace') await deployMillrace(peer, millraceHttp)
    else await deployNodeRed(peer, redHttp)
    const url = `${peer.flowUrl}/bench`
    await until('the flow to answer', 5000, async () => ((await fetch(url)).ok ? true : undefined))
    await load(url, 2)
    const before = processCost(peer.pid)
    const seen = await load(url, 6)
    const after = processCost(peer.pid)
    const measured = {
      requests: seen.requestsPerSecond,
      CPU: (after.cpuUs - before.cpuUs) / seen.requests,
      p99: seen.p99Ms,
      'not 200': seen.refused,
    }
    say(`http ${peer.name}: ${JSON.stringify(measured)}`)
    return measured
  } finally {
    await peer.stop()
  }
}

async function load(
  url: string,
  seconds: number,
): Promise<{ requests: number; requestsPerSecond: number; p99Ms: number; refused: number }> {
  const { stdout } = await wrk('wrk', ['-t1', '-c50', `-d${seconds}s`, '--latency', url])
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
