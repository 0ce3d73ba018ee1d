import { SubjectEncoders, voices, WaitingLine, writingObstacles } from '@millrace/schemas'
import { operator } from '@millrace/sdk'
import { closed } from '../registry/closed.ts'
import { kafkaEncodeDescriptor } from './descriptor.ts'

export const kafkaEncode = operator(
  kafkaEncodeDescriptor,
  (context) => {
    const { config, emit } = context
    const { subject, from, to } = config
    const encoders = new SubjectEncoders(context, config, subject)
    const line = new WaitingLine(context, {
      missing: () => {
        const problem = encoders.problem(subject)
        if (problem instanceof Error) throw problem
        return problem
      },
      pass: (message) => emit.out(to.set(message, encoders.encode(from.get(message), subject))),
      press: voices(context.pressure)(),
    })
    return {
      onMessage: (message) => line.onMessage(message),
      close: () => line.close(closed()),
    }
  },
  ({ config }) => writingObstacles(config, config.subject),
)
