import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const stepMs = 10
const patienceMs = 20_000

/** Asks again and again until it is so. The only waiting by the clock in the services. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  { timeoutMs = patienceMs, what = 'a condition' }: { timeoutMs?: number; what?: string } = {},
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`${what}: not so within ${timeoutMs} ms`)
    await pause(stepMs)
  }
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const answer = (is: boolean) => () => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', answer(true))
    socket.once('error', answer(false))
  })
}

export async function isAnswering(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    // Not yet listening, or not yet ready to speak.
    return false
  }
}
