import { CanonicalWriter } from '@millrace/flow'
import type { Flow, TextPiece } from '@millrace/flow'

/**
 * Writes flows as UTF-8. Of a large flow that changed a little, only what changed is written again;
 * to make one text of all, and bytes of that, would take several times as long.
 */
export class FlowBytes {
  readonly #writer = new CanonicalWriter()
  readonly #pieces = new WeakMap<TextPiece, Uint8Array>()

  inOrder(flow: Flow): Flow {
    return this.#writer.inOrder(flow)
  }

  write(flow: Flow): Uint8Array {
    return Buffer.concat(this.#writer.pieces(flow).map((piece) => this.#bytesOf(piece)))
  }

  #bytesOf(piece: TextPiece): Uint8Array {
    const known = this.#pieces.get(piece)
    if (known !== undefined) return known
    const bytes = Buffer.from(piece.text)
    this.#pieces.set(piece, bytes)
    return bytes
  }
}
