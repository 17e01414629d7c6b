import type { CellEntry } from '@/protocol/generated/session'
import type { Draft } from './shapes-of-drafts'
import type { Mark } from './shapes-of-papers'

/** Whose it is: one person may have sat at this browser in several sessions. */
export interface Whose {
  session: string
  member: string
}

/** An entry of scores that the server has not confirmed. */
export interface Entry extends Whose {
  /** The command's id in hex. */
  id: string
  section: string
  bid: string
  cells: CellEntry[]
  /** The revision of the row that it goes on. */
  seen: number
  /** When it was entered, in ms of this browser; no two of one person have the same. */
  at: number
  state: 'waiting' | 'refused' | 'conflict'
  code: string | null
  params: Record<string, unknown>
}

/** A draft of one cell. */
export interface KeptDraft extends Whose, Draft {
  bid: string
  criterion: string
}

/** A private mark or note. */
export interface KeptMark extends Whose, Mark {}

/** What was typed at a place of the page and is not sent. */
export interface KeptText extends Whose {
  place: string
  text: string
}

interface Kept {
  unsent: Entry
  drafts: KeptDraft
  marks: KeptMark
  texts: KeptText
}

export type Part = keyof Kept

/** This browser keeps nothing: a private window, a full disk, a policy of the house. */
export class NoDrawer extends Error {}

const NAME = 'evalroom'
const VERSION = 3
const KEYS: Record<Part, string | string[]> = {
  unsent: 'id', drafts: ['session', 'member', 'bid', 'criterion'], marks: 'id', texts: ['session', 'member', 'place'],
}
const PARTS = Object.keys(KEYS) as Part[]

/**
 * The drawer of this browser: one's own unsent entries, drafts, marks and half-written texts in IndexedDB, and
 * nothing else of a session. Each act is done when it is written, in the order they were asked for. Raises NoDrawer.
 */
export const drawer = {
  /** What somebody has put into a part. */
  async of<Name extends Part>(name: Name, whose: Whose): Promise<Kept[Name][]> {
    const found = await done<Kept[Name][]>('readonly', (part) => part(name).getAll())
    return found.filter((one) => isOf(one, whose))
  },

  /** In the order they were entered. */
  async all(whose: Whose): Promise<Entry[]> {
    return (await this.of('unsent', whose)).sort((one, other) => one.at - other.at)
  },

  /** Take one out and put others in, as one act: a crash leaves both or neither. */
  async replace(gone: string | null, put: readonly Entry[]): Promise<void> {
    const plain = put.map(copy)
    await done('readwrite', (part) => {
      if (gone !== null) part('unsent').delete(gone)
      for (const entry of plain) part('unsent').put(entry)
      return undefined
    })
  },

  async put<Name extends Part>(name: Name, value: Kept[Name]): Promise<void> {
    const plain = copy(value)
    await done('readwrite', (part) => part(name).put(plain))
  },

  async remove(name: Part, key: IDBValidKey): Promise<void> {
    await done('readwrite', (part) => part(name).delete(key))
  },

  /** Whatever is in it, whoever's it is. */
  async empty(): Promise<void> {
    await done('readwrite', (part) => PARTS.map((name) => part(name).clear()).at(-1))
  },
}

/** Do something with the drawer; where there is none, all goes on in memory, and `without` is told. */
export async function inDrawer<Value>(act: () => Promise<Value>, without: () => void = () => undefined): Promise<Value | undefined> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof NoDrawer)) throw error
    without()
    return undefined
  }
}

const isOf = (one: Whose, { session, member }: Whose): boolean => one.session === session && one.member === member

/** What a page shows reactively cannot be stored. */
const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value

/** What is done in the drawer; what its last request finds is what one gets. */
type Act = (part: (name: Part) => IDBObjectStore) => IDBRequest | undefined

let last: Promise<unknown> = Promise.resolve()

/** One act after the other. */
function done<Value = void>(
  mode: IDBTransactionMode,
  act: Act,
): Promise<Value> {
  const turn = last.then(async () => written<Value>(await opened(), mode, act))
  last = turn.catch(() => undefined)
  return turn
}

function written<Value>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  act: Act,
): Promise<Value> {
  return new Promise((found, failed) => {
    const transaction = database.transaction(PARTS, mode)
    const request = act((name) => transaction.objectStore(name))
    transaction.oncomplete = () => {
      database.close()
      found(request?.result as Value)
    }
    transaction.onabort = () => {
      database.close()
      failed(new NoDrawer(transaction.error?.name))
    }
  })
}

function opened(): Promise<IDBDatabase> {
  return new Promise((found, failed) => {
    const no = (why: unknown): void => failed(new NoDrawer(String(why)))
    try {
      const request = indexedDB.open(NAME, VERSION)
      request.onupgradeneeded = () => prepared(request.result)
      request.onsuccess = () => found(request.result)
      request.onerror = () => no(request.error?.name)
    } catch (error) {
      // There is no such thing here, or it is forbidden.
      no(error)
    }
  })
}

function prepared(database: IDBDatabase): void {
  const there = PARTS.filter((name) => !database.objectStoreNames.contains(name))
  for (const name of there) database.createObjectStore(name, { keyPath: KEYS[name] })
}
