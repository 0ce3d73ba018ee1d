/**
 * What a worker thread tells of itself by shared memory, so that it can be read while the thread
 * is stuck: how often its event loop turned, the node whose code runs, and the memory it uses.
 */
export interface Beat {
  /** Of 48 bytes; handed to the worker as it starts. */
  readonly memory: SharedArrayBuffer
  /** `marker[0]`: index of the node whose code runs now, −1 when none does; or `storing`. */
  readonly marker: Int32Array
  beat(heapBytes: number): void
  beats(): number
  runningNode(): number
  heapBytes(): number
  /** The number by which the system knows the thread; 0 until the thread has said it. */
  threadNumber(): number
  setThreadNumber(number: number): void
  /** An answer that the worker waits for without turning its event loop; see `RouteGate`. */
  readonly answer: Int32Array
}

const byteLength = 48

/** Stands in a marker while an epoch is stored: no node's code runs, and it may take its time. */
export const storing = -2

export function createBeat(): Beat {
  const beat = openBeat(new SharedArrayBuffer(byteLength))
  beat.marker.fill(-1)
  return beat
}

export function openBeat(memory: SharedArrayBuffer): Beat {
  const heap = new Float64Array(memory, 0, 1)
  const beats = new Int32Array(memory, 8, 1)
  const marker = new Int32Array(memory, 16, 4)
  const thread = new Int32Array(memory, 44, 1)
  return {
    memory,
    marker,
    answer: new Int32Array(memory, 40, 1),
    beat: (heapBytes) => {
      heap[0] = heapBytes
      Atomics.add(beats, 0, 1)
    },
    beats: () => Atomics.load(beats, 0),
    runningNode: () => Atomics.load(marker, 0),
    heapBytes: () => heap[0] ?? 0,
    threadNumber: () => Atomics.load(thread, 0),
    setThreadNumber: (number) => void Atomics.store(thread, 0, number),
  }
}

/** Runs `store`, with the marker saying so meanwhile. */
export function whileStoring(marker: Int32Array, store: () => void): void {
  const before = marker[0] ?? -1
  marker[0] = storing
  try {
    store()
  } finally {
    marker[0] = before
  }
}
