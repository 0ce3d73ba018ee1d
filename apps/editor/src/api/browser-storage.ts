import type { Storage } from '../model/index.ts'

const databaseName = 'millrace-editor'
const storeName = 'texts'

/** Texts in the browser's own database, which has room for long histories. */
export function createBrowserStorage(): Storage {
  let opened: Promise<IDBDatabase> | undefined
  const database = () => (opened ??= openDatabase())
  const run = async <Value>(
    mode: IDBTransactionMode,
    request: (store: IDBObjectStore) => IDBRequest<Value>,
  ): Promise<Value> => {
    const store = (await database()).transaction(storeName, mode).objectStore(storeName)
    return settled(request(store))
  }
  return {
    async read(key) {
      const value: unknown = await run('readonly', (store) => store.get(key))
      return typeof value === 'string' ? value : undefined
    },
    async write(key, text) {
      await run('readwrite', (store) => store.put(text, key))
    },
    async remove(key) {
      await run('readwrite', (store) => store.delete(key))
    },
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(storeName))
  return settled(request)
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () =>
      reject(request.error ?? new Error('The browser keeps nothing.')),
    )
  })
}
