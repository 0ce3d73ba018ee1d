import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { run, toolEnvironment } from './command.mjs'

const script = (code: string) => run(process.execPath, ['-e', code], { isQuiet: true })

test('gives back the exit code and both streams', async () => {
  const { code, output } = await script('console.log("out"); console.error("err"); process.exit(3)')
  expect(code).toBe(3)
  expect(output.split('\n').toSorted()).toEqual(['', 'err', 'out'])
})

test('tells a signal by its exit code, as a shell does', async () => {
  const { code } = await script('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)')
  expect(code).toBe(128 + constants.signals.SIGTERM)
})

test('passes a signal on, and waits for the end that the command chooses', async () => {
  const child =
    'process.on("SIGTERM", () => process.exit(7)); console.log("ready"); setInterval(() => {}, 9)'
  const parent = `
    import { run } from ${JSON.stringify(new URL('command.mjs', import.meta.url).href)}
    const ended = run(process.execPath, ['-e', ${JSON.stringify(`${child}; process.kill(process.ppid, "SIGTERM")`)}])
    process.exitCode = (await ended).code + 1
  `
  const { code, output } = await run(process.execPath, ['--input-type=module', '-e', parent], {
    isQuiet: true,
  })
  expect(output).toBe('ready\n')
  expect(code).toBe(8)
})

test('fails for a command that is not there', async () => {
  await expect(run('/no/such/command', [], { isQuiet: true })).rejects.toThrow('ENOENT')
})

test('puts Node 24 first on the path of every tool', () => {
  expect(toolEnvironment('/there/bin/node')['PATH']).toMatch(/^\/there\/bin:/)
})
