import { parentPort, workerData } from 'node:worker_threads'
import { StoreWriterFile } from '../file/store-writer-file.ts'
import { serveCalls } from './serve-calls.ts'
import type { WriterRequest, WriterSettings } from './store-writer.ts'

/** The entry of the thread in which one node, or the server, writes a file. */
function main(): void {
  if (parentPort === null) throw new Error('This file is the entry of a worker thread.')
  // Handed over by `StoreWriter`, the only one that starts this file.
  const { path, limits, retention } = workerData as WriterSettings
  let file: StoreWriterFile | undefined
  serveCalls(parentPort, (asked) => {
    // Likewise.
    const request = asked as WriterRequest
    if (request.kind === 'close') {
      file?.close()
      file = undefined
      return undefined
    }
    file ??= new StoreWriterFile(path, { limits, retention })
    if (request.kind === 'write') return file.write(request.batch, request.nowMs)
    if (request.kind === 'remove') return file.remove(request.tag)
    const isMore = file.maintain(request.nowMs)
    return { isMore, bytes: file.bytes() }
  })
}

main()
