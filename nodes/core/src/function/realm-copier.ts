export type Copy = (value: unknown) => unknown

/** Makes a function `(source, copyOther, depth)` of its body. */
export type CompileMaker = (body: string) => Maker

type CopyOther = (value: unknown, depth: number) => unknown
type Maker = (source: object, copyOther: CopyOther, depth: number) => object

/** Objects whose keys come in the same order end at the same node, which has the code to copy them. */
interface Shape {
  /** The key that followed last time, and where it leads. */
  key: string | undefined
  next: Shape | undefined
  readonly keys: readonly string[]
  readonly others: Map<string, Shape>
  maker: Maker | undefined
}

/**
 * Makes a function that copies data into the realm in which this runs: objects, lists, dates, maps,
 * sets and bytes become objects of this realm, functions and symbols become undefined, anything
 * else an object with its own properties. Throws beyond 200 levels, as a circle has them.
 *
 * It runs in the engine's realm and, from its source text, in that of the user's code; so it may
 * use nothing but the language and its argument. Copying from one realm into another by `{ ...x }`
 * takes V8 700 ns for a small message; an object literal written for the shape at hand takes 20.
 */
// oxlint-disable-next-line max-lines-per-function -- goes into the other realm as one text
export function realmCopier(compileMaker: CompileMaker): Copy {
  const depthMax = 200
  const keysMax = 64
  const shapesMax = 2000
  const compiledMax = 500
  const numberLists: Readonly<Record<string, new (source: Float64Array) => ArrayBufferView>> = {
    Uint8Array,
    Int8Array,
    Uint8ClampedArray,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  }
  let shapes = 0
  let compiled = 0
  const root = newShape([])

  return (value) => copyValue(value, 0)

  function copyValue(value: unknown, depth: number): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') return undefined
    if (typeof value !== 'object' || value === null) return value
    if (depth > depthMax) {
      throw new Error('The data is nested deeper than 200 levels, or contains itself.')
    }
    if (Array.isArray(value)) return copyList(value, depth)
    if (ArrayBuffer.isView(value)) return copyBytes(value)
    return copyRecord(value, depth)
  }

  function copyList(source: readonly unknown[], depth: number): unknown[] {
    const list: unknown[] = []
    const { length } = source
    for (let index = 0; index < length; index += 1) {
      const item = source[index]
      const isPlain = typeof item === 'number' || typeof item === 'string'
      list.push(isPlain ? item : copyValue(item, depth + 1))
    }
    return list
  }

  /** Typed arrays keep their type; what else looks into a buffer becomes bytes. */
  function copyBytes(source: ArrayBufferView): ArrayBufferView {
    const numbers = numberLists[tagOf(source).slice(8, -1)]
    // Its tag says that it is a list of numbers.
    if (numbers !== undefined) return new numbers(source as Float64Array)
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
  }

  function copyRecord(source: object, depth: number): object {
    let shape: Shape | undefined = root
    for (const key in source) {
      shape = shape.key === key ? shape.next : step(shape, key)
      if (shape === undefined) return copyByKeys(source, depth)
    }
    if (shape === root) return copySpecial(source, depth)
    const maker = shape.maker ?? compile(shape)
    return maker === undefined ? copyByKeys(source, depth) : maker(source, copyValue, depth + 1)
  }

  function step(from: Shape, key: string): Shape | undefined {
    let next = from.others.get(key)
    if (next === undefined) {
      if (shapes >= shapesMax || from.keys.length >= keysMax) return undefined
      shapes += 1
      next = newShape([...from.keys, key])
      from.others.set(key, next)
    }
    from.key = key
    from.next = next
    return next
  }

  function newShape(keys: readonly string[]): Shape {
    return { key: undefined, next: undefined, keys, others: new Map(), maker: undefined }
  }

  function compile(shape: Shape): Maker | undefined {
    if (compiled >= compiledMax) return undefined
    compiled += 1
    const properties = shape.keys.map((key) => {
      const name = JSON.stringify(key)
      // In brackets, because `__proto__: x` would set the prototype.
      const label = key === '__proto__' ? `[${name}]` : name
      const isPlain = `typeof (v = source[${name}]) === 'number' || typeof v === 'string' || typeof v === 'boolean'`
      return `${label}: ${isPlain} ? v : copyOther(v, depth)`
    })
    shape.maker = compileMaker(`'use strict'; let v; return { ${properties.join(', ')} }`)
    return shape.maker
  }

  /** For objects with many keys, or of ever new shapes. */
  function copyByKeys(source: object, depth: number): object {
    const record: Record<string, unknown> = {}
    for (const key in source) {
      // A key of the object can be read from it.
      const value = copyValue((source as Record<string, unknown>)[key], depth + 1)
      if (key !== '__proto__') record[key] = value
      else {
        const attributes = { value, writable: true, enumerable: true, configurable: true }
        Object.defineProperty(record, key, attributes)
      }
    }
    return record
  }

  /** Objects without keys of their own: empty ones, and those that hold their data inside. */
  function copySpecial(source: object, depth: number): object {
    const tag = tagOf(source)
    if (tag === '[object Object]') return {}
    try {
      return copyTagged(source, tag, depth) ?? {}
    } catch (error) {
      // Something that only calls itself a date, map or set; but what is too deep stays so.
      if (error instanceof Error && error.message.startsWith('The data is nested')) throw error
      return {}
    }
  }

  function copyTagged(source: object, tag: string, depth: number): object | undefined {
    switch (tag) {
      case '[object Date]':
        return new Date(Date.prototype.getTime.call(source))
      case '[object Map]': {
        const map = new Map<unknown, unknown>()
        Map.prototype.forEach.call(source, (value, key) => {
          map.set(copyValue(key, depth + 1), copyValue(value, depth + 1))
        })
        return map
      }
      case '[object Set]': {
        const set = new Set<unknown>()
        Set.prototype.forEach.call(source, (value) => set.add(copyValue(value, depth + 1)))
        return set
      }
      case '[object Error]': {
        // Name and message of an error are not among its enumerable properties.
        const { name, message } = source as Error
        return { name: String(name), message: String(message) }
      }
      case '[object ArrayBuffer]':
        return new Uint8Array(source as ArrayBuffer).slice() // its tag says so
    }
    return undefined
  }

  function tagOf(value: unknown): string {
    return Object.prototype.toString.call(value)
  }
}
