import { defineStore } from 'pinia'
import { ref } from 'vue'
import { commandId, hex } from '@/protocol/ids'
import { useSession } from './session'
import type { Mark } from './shapes-of-papers'

interface Kept extends Mark {
  session: string
  member: string
}

const NAME = 'evalroom-marks'
const STORE = 'marks'

/** One's own bookmarks and notes: in this browser only, told to nobody, and wiped when all is over. */
export const useMarks = defineStore('marks', () => {
  const session = useSession()
  const marks = ref<Mark[]>([])

  async function bring(): Promise<void> {
    const whose = owner()
    if (whose === null) return
    const kept = await asked<Kept[]>('readonly', (store) => store.getAll())
    marks.value = kept
      .filter((one) => one.session === whose.session && one.member === whose.member)
      .sort((one, other) => one.at - other.at)
  }

  async function add(mark: Omit<Mark, 'id' | 'at'>): Promise<void> {
    await keep({ ...mark, id: hex(commandId()), at: Date.now() })
  }

  async function keep(mark: Mark): Promise<void> {
    const whose = owner()
    if (whose === null) return
    marks.value = [...marks.value.filter((one) => one.id !== mark.id), mark]
    await asked('readwrite', (store) => store.put({ ...mark, ...whose }))
  }

  async function remove(id: string): Promise<void> {
    marks.value = marks.value.filter((one) => one.id !== id)
    await asked('readwrite', (store) => store.delete(id))
  }

  async function wipe(): Promise<void> {
    marks.value = []
    await asked('readwrite', (store) => store.clear())
  }

  function owner(): { session: string; member: string } | null {
    const member = session.me?.member ?? null
    return session.id === null || member === null ? null : { session: session.id, member }
  }

  return { marks, bring, add, keep, remove, wipe }
})

async function asked<Value>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
): Promise<Value> {
  const database = await opened()
  try {
    return await new Promise((found, failed) => {
      const request = act(database.transaction(STORE, mode).objectStore(STORE))
      request.onsuccess = () => found(request.result as Value)
      request.onerror = () => failed(request.error ?? new Error('the marks are stuck'))
    })
  } finally {
    database.close()
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((found, failed) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' })
    request.onsuccess = () => found(request.result)
    request.onerror = () => failed(request.error ?? new Error('no marks'))
  })
}
