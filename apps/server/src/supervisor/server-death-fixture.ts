import { chain, supervisorWith } from './fixture.ts'

/** A server that a test lets die: starts a flow, tells the id of its engine process, and stays. */
async function main(): Promise<void> {
  const supervisor = supervisorWith()
  await supervisor.start()
  await supervisor.deploy(chain('ticking', ['t', 'ticker'], ['s', 'shower']), 1)
  process.send?.(supervisor.engineProcessId())
}

await main()
