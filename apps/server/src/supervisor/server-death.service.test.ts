import { fork } from 'node:child_process'
import { expect, it, vi } from 'vitest'

it('the engine process ends when the server dies, however that happens', async () => {
  const server = fork(new URL('./server-death-fixture.ts', import.meta.url), { execArgv: [] })
  const engineId = await new Promise<number>((resolve, reject) => {
    server.on('message', (message) => resolve(Number(message)))
    server.on('exit', () => reject(new Error('The server did not start.')))
  })
  expect(isThere(engineId)).toBe(true)
  server.kill('SIGKILL')
  await vi.waitUntil(() => !isThere(engineId), { timeout: 5_000 })
  expect(isThere(engineId)).toBe(false)
})

function isThere(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}
