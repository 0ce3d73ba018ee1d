import type { Status } from '@millrace/sdk'

/** What a node shows of its broker, unless it has a trouble of its own. */
export interface StatusBoard {
  readonly broker: (status: Status) => void
  /** `undefined` when it is over. */
  readonly own: (trouble: Status | undefined) => void
}

export function statusBoard(show: (status: Status) => void): StatusBoard {
  let broker: Status | undefined
  let own: Status | undefined
  return {
    broker: (status) => {
      broker = status
      if (own === undefined) show(status)
    },
    own: (trouble) => {
      if (trouble === own) return
      own = trouble
      const shown = own ?? broker
      if (shown !== undefined) show(shown)
    },
  }
}
