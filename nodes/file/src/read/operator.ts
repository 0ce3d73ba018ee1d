import { formatSettings, holdsSeveral, openDecoder } from '@millrace/formats'
import type { Decode } from '@millrace/formats'
import { NodeError, operator } from '@millrace/sdk'
import type { Message, NodeContext } from '@millrace/sdk'
import { fileProblem } from '../files/file-problem.ts'
import { OpenFile } from '../files/open-file.ts'
import { foldersOf, placeOf } from '../place/file-place.ts'
import { fileReadDescriptor } from './descriptor.ts'

type Context = NodeContext<typeof fileReadDescriptor>

export const fileRead = operator(fileReadDescriptor, (context) => {
  const { config, emit } = context
  const valuesOf = valueReader(context)
  return {
    onMessage: (message) => {
      const path = config.path(message)
      const { bytes, modifiedAt } = contentOf(path, config.bytesMax)
      const about = { path, size: bytes.length, modifiedAt }
      for (const [index, value] of valuesOf(bytes).entries()) {
        const file = config.gives === 'each' ? { ...about, number: index + 1 } : about
        // With room for what is put into it.
        const told: Message = { ...message, file }
        emit.out(config.to.set(told, value))
      }
    },
  }
})

interface Content {
  readonly bytes: Uint8Array
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number
}

function contentOf(path: string, bytesMax: number): Content {
  // The host of the flow says there where flows may read; see `foldersOf`.
  const place = placeOf(path, foldersOf(process.env))
  let file: OpenFile | undefined
  try {
    file = new OpenFile(place)
    const { size, modifiedMs } = file.look()
    if (size > bytesMax) throw tooLong(path, size, bytesMax)
    return { bytes: file.read(0, size), modifiedAt: Math.floor(modifiedMs) }
  } catch (error) {
    throw fileProblem('read', path, error)
  } finally {
    file?.close()
  }
}

/** The values for one message each. */
function valueReader({ config }: Context): Decode {
  const { format, gives } = config
  const settings = formatSettings(config, { format })
  const decode = openDecoder(settings)
  if (gives === 'each') return format === 'text' ? (bytes) => linesOf(decode(bytes)) : decode
  if (!holdsSeveral(settings)) return decode
  return (bytes) => [decode(bytes)]
}

function linesOf([text]: readonly unknown[]): readonly string[] {
  // The decoder of text gives text.
  const lines = String(text).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function tooLong(path: string, size: number, max: number): NodeError {
  const text = `${path} has ${size} bytes, and no more than ${max} are read. Raise "Maximum file size", or use File tail.`
  return new NodeError('FILE_TOO_LONG', text)
}
