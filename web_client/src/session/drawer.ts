import type { CellEntry } from '@/protocol/generated/session'

/** An entry of scores that the server has not confirmed. */
export interface Entry {
  /** The command's id in hex. */
  id: string
  session: string
  member: string
  section: string
  bid: string
  cells: CellEntry[]
  /** The revision of the row when it was entered. */
  seen: number
  at: number
  state: 'waiting' | 'refused' | 'conflict'
  code: string | null
  params: Record<string, unknown>
}

const NAME = 'evalroom'
const STORE = 'unsent'

/** The drawer of this browser: one's own unsent entries in IndexedDB, and nothing else of a session. */
export const drawer = {
  /** In the order they were entered. */
  async all(session: string, member: string): Promise<Entry[]> {
    const found = await done<Entry[]>(await store('readonly'), (entries) => entries.getAll())
    return found
      .filter((one) => one.session === session && one.member === member)
      .sort((one, other) => one.at - other.at)
  },

  async put(entry: Entry): Promise<void> {
    // A copy: what a page shows reactively cannot be stored.
    const plain = JSON.parse(JSON.stringify(entry)) as Entry
    await done(await store('readwrite'), (entries) => entries.put(plain))
  },

  async remove(id: string): Promise<void> {
    await done(await store('readwrite'), (entries) => entries.delete(id))
  },

  async empty(): Promise<void> {
    await done(await store('readwrite'), (entries) => entries.clear())
  },
}

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const database = await opened()
  const transaction = database.transaction(STORE, mode)
  transaction.oncomplete = transaction.onabort = () => database.close()
  return transaction.objectStore(STORE)
}

function opened(): Promise<IDBDatabase> {
  return new Promise((found, failed) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' })
    request.onsuccess = () => found(request.result)
    request.onerror = () => failed(request.error ?? new Error('no drawer'))
  })
}

function done<Value>(
  entries: IDBObjectStore,
  act: (entries: IDBObjectStore) => IDBRequest,
): Promise<Value> {
  return new Promise((found, failed) => {
    const request = act(entries)
    request.onsuccess = () => found(request.result as Value)
    request.onerror = () => failed(request.error ?? new Error('the drawer is stuck'))
  })
}
