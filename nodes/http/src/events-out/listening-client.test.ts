import { expect, test } from 'vitest'
import { KeptEvents } from './kept-events.ts'
import { ListeningClient } from './listening-client.ts'

/** A client that reads only when told to. */
function listening(lastSeen: number | undefined, keptMax = 100) {
  const got: string[] = []
  const stream = {
    bufferedBytes: 0,
    write: (chunk: string | Uint8Array) => {
      got.push(String(chunk))
      stream.bufferedBytes += chunk.length
    },
    end: () => undefined,
    destroy: () => undefined,
  }
  const kept = new KeptEvents(keptMax, 1_000_000)
  for (let number = 1; number <= 10; number += 1) kept.add(number, `event ${number}`)
  const client = new ListeningClient({ stream, kept, bufferBytesMax: 20, lastSeen })
  const read = (): void => {
    stream.bufferedBytes = 0
    client.onDrain()
  }
  return { client, kept, got, read }
}

test('gives what was missed no faster than it is read, then what came meanwhile, each once', () => {
  const { client, kept, got, read } = listening(4)
  expect(got).toEqual(['event 5', 'event 6', 'event 7'])
  kept.add(11, 'event 11')
  expect(client.tell('event 11')).toBe(true)
  expect(got).toHaveLength(3)
  read()
  read()
  read()
  expect(got.slice(3)).toEqual(['event 8', 'event 9', 'event 10', 'event 11'])
  expect(client.tell('event 12')).toBe(true)
  expect(got.at(-1)).toBe('event 12')
})

test('gives nothing of what is kept to who asks for none of it', () => {
  const { client, got } = listening(undefined)
  expect(client.tell('new')).toBe(true)
  expect(got).toEqual(['new'])
})

test('goes on with the oldest that is still kept', () => {
  const { got, read } = listening(0, 2)
  read()
  expect(got).toEqual(['event 9', 'event 10'])
})

test('lets go of who is so slow that what it was to be given is kept no more', () => {
  const { client, kept, got, read } = listening(4, 6)
  expect(got).toHaveLength(3)
  for (let number = 11; number <= 20; number += 1) kept.add(number, `event ${number}`)
  expect(client.tell('event 20')).toBe(true)
  read()
  expect(got).toHaveLength(3)
  expect(client.tell('event 21')).toBe(false)
})

test('lets go of who reads nothing from one sign of life to the next', () => {
  const { client, read } = listening(0)
  expect(client.greet(':')).toBe(true)
  read()
  expect(client.greet(':')).toBe(true)
  expect(client.greet(':')).toBe(false)
})
