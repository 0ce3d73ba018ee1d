import { operator } from '@millrace/sdk'
import { closed } from '../out/batch-writer.ts'
import { SubjectEncoders } from '../registry/subject-encoders.ts'
import { WaitingLine } from '../registry/waiting-line.ts'
import { kafkaEncodeDescriptor } from './descriptor.ts'

export const kafkaEncode = operator(kafkaEncodeDescriptor, (context) => {
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
  })
  return {
    onMessage: (message) => line.onMessage(message),
    close: () => line.close(closed()),
  }
})
