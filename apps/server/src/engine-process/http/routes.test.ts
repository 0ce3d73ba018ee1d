import { describe, expect, it } from 'vitest'
import { pathParameters, queryParameters, RouteTable } from './routes.ts'

const route = (method: string, path: string) => ({ method, path, bodyBytesMax: 1 })

function tableOf(...routes: readonly [owner: string, method: string, path: string][]) {
  const table = new RouteTable<string>()
  routes.forEach(([owner, method, path], index) => table.take(owner, index, route(method, path)))
  return table
}

function found(table: RouteTable<string>, method: string, path: string) {
  const match = table.match(method, path)
  return match.outcome === 'found' ? match.route.number : match.outcome
}

describe('RouteTable', () => {
  const table = tableOf(
    ['a', 'GET', '/'],
    ['a', 'post', '/sensors'],
    ['a', 'GET', '/sensors/:id'],
    ['b', 'GET', '/sensors/all'],
    ['b', 'GET', '/sensors/:id/last/:count'],
    ['b', 'GET', '/küche/ofen'],
    ['b', 'PATCH', '/sensors/:id'],
  )

  it.each([
    ['GET', '/', 0],
    ['POST', '/sensors', 1],
    ['POST', '/sensors/', 1],
    ['GET', '/sensors/17', 2],
    ['GET', '/sensors/all', 3],
    ['GET', '/sensors/17/last/5', 4],
    ['GET', '/k%C3%BCche/ofen', 5],
    ['PATCH', '/sensors/all', 6],
    ['GET', '/sensors/17/last', 'nothing'],
    ['DELETE', '/sensors/17', 'method'],
    ['GET', '/sensors/%', 'nothing'],
    ['GET', '/__proto__', 'nothing'],
  ])('%s %s gives %s', (method, path, expected) => {
    expect(found(table, method, path)).toBe(expected)
  })

  it('names the methods that a path takes', () => {
    expect(table.match('PUT', '/sensors')).toEqual({ outcome: 'method', allowed: ['POST'] })
  })

  it.each([
    ['/sensors', true],
    ['/sensors/:other', false],
    ['/sensors/new', true],
    ['/sensors/all', false],
  ])('lets another flow take GET %s: %s', (path, isFree) => {
    expect(table.take('c', 9, route('GET', path)) !== undefined).toBe(isFree)
  })

  it('lets an owner take a parked route again, and nobody else', () => {
    const parked = tableOf(['a', 'GET', '/x/:id'])
    for (const each of parked.of('a')) each.isParked = true
    expect(parked.take('b', 1, route('GET', '/x/:name'))).toBeUndefined()
    expect(parked.take('a', 2, route('GET', '/x/:name'))?.number).toBe(2)
    expect(parked.of('a')).toHaveLength(1)
  })

  it('gives a removed route free', () => {
    const some = tableOf(['a', 'GET', '/x'], ['a', 'GET', '/x/:id'])
    for (const each of some.of('a')) some.remove(each)
    expect(found(some, 'GET', '/x')).toBe('nothing')
    expect(found(some, 'GET', '/x/1')).toBe('nothing')
    expect(some.take('b', 1, route('GET', '/x'))).toBeDefined()
  })
})

describe('parameters', () => {
  it('are decoded from the path', () => {
    expect({ ...pathParameters('/a/:id/b/:name', '/a/1/b/x%2Fy') }).toEqual({
      id: '1',
      name: 'x/y',
    })
  })

  it('come from the query, as lists where a name comes twice', () => {
    const parsed = queryParameters('a=1&b=2&a=3&__proto__=4')
    expect({ ...parsed }).toEqual({ a: ['1', '3'], b: '2', ['__proto__']: '4' })
  })
})
