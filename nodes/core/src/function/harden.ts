/**
 * Takes out of a realm what a function has no use for, makes its clock the given one, and freezes
 * everything else that code in it can reach, so that no code can change what other code relies on.
 *
 * Runs in the user's realm from its source text; so it may use nothing but the language and its
 * argument. After SES (`harden`, property override mistake), for one realm and once.
 */
// oxlint-disable-next-line max-lines-per-function -- goes into the other realm as one text
export function harden(now: () => number): void {
  for (const name of [
    // What calls a proxy may be the engine, and the list of arguments would be of its realm.
    'Proxy',
    'WebAssembly',
    'SharedArrayBuffer',
    'Atomics',
    'FinalizationRegistry',
    'WeakRef',
    'console',
  ]) {
    Reflect.deleteProperty(globalThis, name)
  }
  removeStacks()
  replaceClock()
  letOverride(Object.prototype)
  for (const kind of [
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  ]) {
    letOverride(kind.prototype)
  }
  freezeAll()

  /**
   * The text of a stack is written in the engine's realm, as it is first read. Read where little of
   * the stack is left, it gives an error of that realm. Without a number here nothing is captured.
   */
  function removeStacks(): void {
    Object.defineProperty(Error, 'stackTraceLimit', { value: undefined })
    Reflect.deleteProperty(Error, 'captureStackTrace')
  }

  /** What `now` throws is of the engine's realm. */
  function time(): number {
    try {
      return now()
    } catch {
      // Where the stack is full, and nowhere else.
    }
    throw new RangeError('Maximum call stack size exceeded')
  }

  /** Dates without a time of their own get it from the node's clock. */
  function replaceClock(): void {
    const RealDate = Date
    const FlowDate = function (this: unknown, ...parts: []): unknown {
      if (new.target === undefined) return new RealDate(time()).toString()
      const given = parts.length === 0 ? [time()] : parts
      return Reflect.construct(RealDate, given, new.target)
    }
    const statics = Object.getOwnPropertyDescriptors(RealDate)
    statics.now.value = function () {
      return time()
    }
    Object.defineProperties(FlowDate, statics)
    Object.defineProperty(RealDate.prototype, 'constructor', { value: FlowDate })
    Object.defineProperty(globalThis, 'Date', { value: FlowDate })
  }

  /**
   * An assignment to an object fails where its prototype has a frozen property of the same name, as
   * in `error.name = 'Mine'`. Accessors on the prototype put that right.
   */
  function letOverride(prototype: object): void {
    for (const key of Reflect.ownKeys(prototype)) {
      const found = Object.getOwnPropertyDescriptor(prototype, key)
      if (found === undefined || !('value' in found) || !found.configurable) continue
      const { value, enumerable = false } = found
      Object.defineProperty(prototype, key, {
        get: () => value,
        set(this: object, written: unknown) {
          if (this === prototype)
            throw new TypeError('The objects of the language cannot be changed.')
          const attributes = {
            value: written,
            writable: true,
            enumerable: true,
            configurable: true,
          }
          Object.defineProperty(this, key, attributes)
        },
        enumerable,
        configurable: false,
      })
    }
  }

  function freezeAll(): void {
    const seen = new Set<object>()
    const toVisit: object[] = []
    const reach = (value: unknown): void => {
      const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
      if (!isObject || seen.has(value)) return
      seen.add(value)
      toVisit.push(value)
    }
    for (const root of [globalThis, ...withoutNames()]) reach(root)
    for (let object = toVisit.pop(); object !== undefined; object = toVisit.pop()) {
      reach(Object.getPrototypeOf(object))
      for (const key of Reflect.ownKeys(object)) {
        const { value, get, set } = Object.getOwnPropertyDescriptor(object, key) ?? {}
        reach(value)
        reach(get)
        reach(set)
      }
    }
    for (const object of seen) Object.freeze(object)
  }

  /** Objects of the language that no global name leads to. */
  function withoutNames(): unknown[] {
    function* generate(): Generator {}
    async function* generateLater(): AsyncGenerator {}
    return [
      generate,
      generate(),
      generateLater,
      generateLater(),
      async () => {},
      [][Symbol.iterator](),
      ''[Symbol.iterator](),
      new Map()[Symbol.iterator](),
      new Set()[Symbol.iterator](),
      'a'.matchAll(/a/g),
      new Intl.Segmenter().segment(''),
      new Intl.Segmenter().segment('')[Symbol.iterator](),
    ]
  }
}
