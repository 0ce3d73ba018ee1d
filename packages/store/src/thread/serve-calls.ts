import type { MessagePort } from 'node:worker_threads'
import { toStoreError } from '../store-error.ts'
import type { ThreadAnswer, ThreadCall } from './thread-calls.ts'

/** Answers what a thread is asked, one call after the other. */
export function serveCalls(port: MessagePort, answer: (request: unknown) => unknown): void {
  port.on('message', ({ id, request }: ThreadCall) => {
    const say = (words: ThreadAnswer): void => port.postMessage(words)
    try {
      say({ id, result: answer(request) })
    } catch (error) {
      const { code, message } = toStoreError(error)
      say({ id, code, message })
    }
  })
}
