import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoreFolder } from '../file/store-folder.ts'
import { StoreWriterFile } from '../file/store-writer-file.ts'
import { tagsText } from '../point.ts'

export interface Filling {
  readonly store: string
  readonly measurement: string
  readonly field?: string
  readonly tags?: Readonly<Record<string, string>>
  /** Of each value the time after the one before. */
  readonly everyMs: number
  readonly startMs: number
  readonly values: readonly (number | boolean | string)[]
}

/** A temporary folder of stores with these points in it. */
export function filledFolder(fillings: readonly Filling[]) {
  const path = mkdtempSync(join(tmpdir(), 'millrace-store-'))
  const writers = new Map<string, StoreWriterFile>()
  for (const filling of fillings) {
    const { store } = filling
    const writer = writers.get(store) ?? openWriter(join(path, `${store}.sqlite`))
    writers.set(store, writer)
    fill(writer, filling)
  }
  return {
    path,
    folder: new StoreFolder(path),
    /** Rolls up all that is over by then. */
    maintain: (nowMs: number) => {
      for (const writer of writers.values()) while (writer.maintain(nowMs));
    },
    remove: () => {
      for (const writer of writers.values()) writer.close()
      rmSync(path, { recursive: true, force: true })
    },
  }
}

function openWriter(path: string): StoreWriterFile {
  const retention = { rawMs: 0, minuteMs: 0, hourMs: 0 }
  return new StoreWriterFile(path, { limits: { seriesMax: 10_000, bytesMax: 0 }, retention })
}

function fill(writer: StoreWriterFile, filling: Filling): void {
  const { measurement, field = 'value', tags = {}, values, startMs, everyMs } = filling
  const [first] = values
  const type =
    typeof first === 'string' ? 'text' : typeof first === 'boolean' ? 'boolean' : 'number'
  const definition = { measurement, field, tags: tagsText(Object.entries(tags)), type } as const
  const refused = writer.write(
    {
      series: [[0, definition]],
      numbers: new Uint32Array(values.length),
      times: Float64Array.from(values, (_, at) => startMs + at * everyMs),
      values: Float64Array.from(values, Number),
      texts: new Map(
        values.flatMap((value, at) => (typeof value === 'string' ? [[at, value]] : [])),
      ),
    },
    startMs,
  )
  if (refused.length > 0) throw new Error(refused[0]?.message)
}
