import type { Connector } from '../suite/connector.ts'

/** Numbers that stand in the answers to the requests that brought them. */
export const httpResponse: Connector = {
  system: 'HTTP in',
  against: 'our own client',
  services: [],
  nodes: { sink: 'http/response' },
  leavesOut: {
    server: 'clients come to us',
    mistakes: 'it answers whoever asked, and has nothing to reach',
    secrets: 'there are none',
  },
  open: () =>
    Promise.resolve({
      sink: {
        config: () => ({ status: '202', body: 'payload' }),
        feed: { answer: 'response' },
        watch: (_place, feed) => Promise.resolve({ numbers: () => Promise.resolve(feed.answered) }),
      },
    }),
}
