import { sink } from '@millrace/sdk'
import type { NodeContext } from '@millrace/sdk'
import { foldersOf, placeOf } from '../place/file-place.ts'
import { fileOutDescriptor } from './descriptor.ts'
import { FileWriter } from './file-writer.ts'
import { lineEncoder } from './line-encoder.ts'
import { RotateBySize } from './rotate-by-size.ts'
import { RotateByTime } from './rotate-by-time.ts'
import type { Rotation } from './rotation.ts'

type Context = NodeContext<typeof fileOutDescriptor>

export const fileOut = sink(fileOutDescriptor, (context) => {
  const encoder = lineEncoder(context.config)
  const rotation = rotationOf(context)
  const path = rotation?.path ?? allowed(context.config.path)
  const writer = new FileWriter(context, { path, heading: encoder.heading, rotation })
  return {
    onMessage: (message) => writer.add(encoder.encode(message)),
    flush: () => writer.write(),
    beforeEpoch: () => writer.beforeEpoch(),
    afterEpoch: () => writer.afterEpoch(),
    close: () => writer.close(),
  }
})

function rotationOf({ config, clock, state }: Context): Rotation | undefined {
  const { path, rotate, rotateBytes, rotateKeep: keep, timeZone } = config
  const remembered = state.map<unknown>('rotation')
  switch (rotate) {
    case 'none':
      // What was decided then is not to be done with the file of now.
      remembered.clear()
      return undefined
    case 'size':
      return new RotateBySize({
        path: allowed(path),
        bytesMax: rotateBytes,
        keep,
        state: remembered,
      })
    case 'time':
      return new RotateByTime({
        template: path,
        timeZone,
        placeOf: allowed,
        keep,
        clock,
        state: remembered,
      })
  }
}

/** The host of the flow says in its environment where flows may write; see `foldersOf`. */
function allowed(path: string): string {
  return placeOf(path, foldersOf(process.env))
}
