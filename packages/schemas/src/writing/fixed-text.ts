import type { Message } from '@millrace/sdk'

/** What a template or an expression gives, where that does not depend on the message. */
export function fixedText(textOf: (message: Message) => unknown): string | undefined {
  let isAsked = false
  const asked = (): undefined => {
    isAsked = true
    return undefined
  }
  const message = new Proxy<Message>(
    { payload: undefined },
    { get: asked, has: () => asked() ?? false, getOwnPropertyDescriptor: asked },
  )
  const text = textOf(message)
  return isAsked || typeof text !== 'string' || text === '' ? undefined : text
}
