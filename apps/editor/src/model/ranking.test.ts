import { describe, expect, it } from 'vitest'
import { rankTypes } from './ranking.ts'
import { testTypes } from './testing/fake-server.ts'

const titles = (query: string, options = {}) =>
  rankTypes(testTypes, query, options).map(({ title }) => title)

describe('ranking node types', () => {
  it('puts what begins with the letters first', () => {
    expect(titles('s').slice(0, 3)).toEqual(['Source', 'Switch', 'Sink'])
  })

  it('finds by keyword', () => {
    expect(titles('whe')).toEqual(['Filter'])
  })

  it('finds letters that are only in order', () => {
    expect(titles('swh')).toEqual(['Switch'])
  })

  it('offers only what fits the port', () => {
    expect(titles('', { needs: 'both' })).toEqual(['Filter', 'Switch'])
    expect(titles('', { needs: 'input' })).toEqual(['Filter', 'Switch', 'Sink'])
  })

  it('puts what was used last at the top while nothing is typed', () => {
    expect(titles('', { recent: ['test/sink', 'test/filter'] }).slice(0, 2)).toEqual([
      'Sink',
      'Filter',
    ])
  })
})
