import { EngineProcess } from './engine-process.ts'
import { EventChannel } from './event-channel.ts'
import type { EngineCommand, EngineEvent } from './messages.ts'

/**
 * The entry of the engine process. It is started by a supervisor, obeys it over the channel that
 * comes with it, and ends with it.
 */
function main(): void {
  let engine: EngineProcess | undefined
  const channel = new EventChannel(write)
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group of processes; the supervisor decides when this one ends.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => undefined)
  process.on('message', (command: EngineCommand) => {
    if (command.kind !== 'open') {
      void engine?.obey(command)
      return
    }
    engine = new EngineProcess({
      settings: command.settings,
      now: () => performance.now(),
      memoryBytes: () => process.memoryUsage.rss(),
      send: (event) => channel.send(event),
    })
    engine.open().catch((error: unknown) => {
      process.stderr.write(`The engine process cannot open its port: ${String(error)}\n`)
      process.exit(1)
    })
  })
}

function write(event: EngineEvent, done: () => void): void {
  // An error is noted by the disconnection that it comes with.
  if (process.connected && process.send !== undefined) process.send(event, undefined, {}, done)
  else done()
}

main()
