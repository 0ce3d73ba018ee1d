import type { Message } from '@millrace/sdk'
import type { TestRun } from '@millrace/sdk/testing'

/** What happens to a node in a property test. */
export type Step =
  | { readonly kind: 'message'; readonly message: Message; readonly input?: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'watermark'; readonly time: number }
  /** A crash: a new node goes on over the state of the old one. */
  | { readonly kind: 'crash' }

export function play(node: TestRun, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind === 'message') node.send(step.message, step.input ?? 0)
    else if (step.kind === 'wait') node.advance(step.ms)
    else if (step.kind === 'watermark') node.watermark(step.time)
    else crash(node)
  }
}

export function crash(node: TestRun): void {
  node.restore(node.snapshot())
  node.advance(0)
}
