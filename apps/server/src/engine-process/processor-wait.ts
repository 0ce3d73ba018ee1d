import { readFileSync, readlinkSync } from 'node:fs'

/** The number by which the system knows the calling thread; 0 where it does not say (not Linux). */
export function ownThreadNumber(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1))
  } catch {
    return 0
  }
}

/**
 * For how long, in milliseconds, a thread has been ready to run so far while others had the
 * processors (Linux: the second number of `schedstat`); undefined where that is not known. The
 * first thread of a process has the number of the process.
 */
export function waitedForProcessorMs(threadNumber: number | undefined): number | undefined {
  if (threadNumber === undefined || threadNumber === 0) return undefined
  try {
    const text = readFileSync(`/proc/${threadNumber}/schedstat`, 'latin1')
    const nanoseconds = Number(text.split(' ')[1])
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined
  } catch {
    return undefined
  }
}
