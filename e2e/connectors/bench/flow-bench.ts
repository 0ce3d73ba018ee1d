import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Flow, FlowNode } from '@millrace/flow'
import { freePorts, until } from '@millrace/services'
import { startProduct } from '../../browser/product.ts'
import type { Product } from '../../browser/product.ts'

export type Row = readonly FlowNode[]

/** The whole product, with flows that are rows of nodes. */
export interface FlowBench {
  readonly product: Product
  /** Where flows answer HTTP. */
  readonly flowUrl: string
  /** Deploys a flow of rows, each from its first node to its last; secrets are by `node.field`. */
  deploy(
    name: string,
    rows: readonly Row[],
    secrets?: Readonly<Record<string, string>>,
  ): Promise<void>
  /** The lines of a file that a flow wrote. */
  lines(path: string): Promise<readonly unknown[]>
  /** Kills the processes in which flows run, and waits until the flow is back. */
  killEngine(flow: string): Promise<void>
  /** Resident memory of the processes in which flows run. */
  engineMb(): Promise<number>
  close(): Promise<void>
}

export async function openFlowBench(): Promise<FlowBench> {
  const [flowPort = 0] = await freePorts(1)
  const product = await startProduct({ flowPort })
  const { api } = product
  const isRunning = async (flow: string): Promise<boolean> =>
    (await api.flow(flow)).deployment.state === 'running'
  return {
    product,
    flowUrl: `http://127.0.0.1:${flowPort}`,
    close: () => product.stop(),
    async deploy(name, rows, secrets = {}) {
      const flow = flowOf(name, rows)
      await api.ask('POST', '/flows', { name, title: name })
      await api.ask('PUT', `/flows/${name}`, { flow })
      for (const [at, value] of Object.entries(secrets)) {
        const [node = '', field = ''] = at.split('.')
        // oxlint-disable-next-line no-await-in-loop -- a few
        await api.ask('PUT', '/secrets', { owner: `flow/${name}/${node}`, field, value })
      }
      await api.ask('POST', `/flows/${name}/deploy`, {})
    },
    async lines(path) {
      const file = join(product.userDirectory, 'files', path)
      const text = await readFile(file, 'utf8').catch(() => '')
      // The last one may just be being written.
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown)
    },
    async killEngine(flow) {
      const before = await product.engineProcesses()
      for (const id of before) process.kill(id, 'SIGKILL')
      await until(async () => {
        const now = await product.engineProcesses()
        return now.length > 0 && now.every((id) => !before.includes(id)) && (await isRunning(flow))
      })
    },
    async engineMb() {
      const processes = await product.engineProcesses()
      const texts = await Promise.all(
        processes.map((id) => readFile(`/proc/${id}/status`, 'utf8').catch(() => '')),
      )
      const kilobytes = texts.map((text) => Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0))
      return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
    },
  }
}

function flowOf(name: string, rows: readonly Row[]): Flow {
  return {
    millrace: 1,
    name,
    title: name,
    nodes: rows.flat(),
    wires: rows.flatMap((row) =>
      row.slice(1).map(({ id }, at) => ({
        from: { node: row[at]?.id ?? '', port: 'out' },
        to: { node: id, port: 'in' },
      })),
    ),
    layout: {},
  }
}

/** A node that writes its messages to a file, as lines of JSON. */
export function fileNode(id: string, path: string, content = 'payload'): FlowNode {
  return { id, type: 'file/out', config: { path, content } }
}
