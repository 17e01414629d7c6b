import { defineStore } from 'pinia'
import { computed, shallowRef, triggerRef, watch } from 'vue'
import { fromHex, commandId, hex } from '@/protocol/ids'
import type { CellEntry } from '@/protocol/generated/session'
import { Refusal } from '@/protocol/refusal'
import { drawer, type Entry } from './drawer'
import { useSession } from './session'

/**
 * One's own scores on their way to the server: kept in this browser until they are on disk there,
 * sent in order, each under its own id. What is refused stays and is shown; nothing is dropped in silence.
 */
export const useUnsent = defineStore('unsent', () => {
  const session = useSession()
  const entries = shallowRef<Entry[]>([])
  /** The revision of a row as our own last entry has left it. */
  const left = new Map<string, number>()
  let sending = false

  const waiting = computed(() => entries.value.filter((one) => one.state === 'waiting').length)
  const refused = computed(() => entries.value.filter((one) => one.state !== 'waiting'))

  /** What waits of a session from an earlier visit; call it once the view is there. */
  async function bring(): Promise<void> {
    const [id, member] = whose()
    if (id === null || member === null) return
    const kept = await drawer.all(id, member)
    const known = new Set(entries.value.map((one) => one.id))
    entries.value = [...kept.filter((one) => !known.has(one.id)), ...entries.value]
    void send()
  }

  /** Enter cells of one row (one bid in one section). It is kept here before this returns. */
  async function enter(section: string, bid: string, cells: CellEntry[]): Promise<void> {
    const [id, member] = whose()
    if (id === null || member === null) throw new Refusal('left')
    const revision = session.view?.sheet?.[section]?.[bid]?.revision ?? 0
    const entry: Entry = {
      id: hex(commandId()), session: id, member, section, bid, cells, seen: revision,
      at: Date.now(), state: 'waiting', code: null, params: {},
    }
    entries.value = [...entries.value, entry]
    await drawer.put(entry)
    void send()
  }

  /** The newest value of a cell that the server does not have yet; undefined when there is none. */
  function value(bid: string, criterion: string): CellEntry | undefined {
    const cells = entries.value.flatMap((one) => one.cells)
    return cells.findLast((cell) => cell.bid === bid && cell.criterion === criterion)
  }

  async function send(): Promise<void> {
    if (sending) return
    sending = true
    try {
      for (let next = first(); next !== undefined && session.live; next = first()) {
        if (!(await sent(next))) break
      }
    } finally {
      sending = false
    }
  }

  const first = (): Entry | undefined => entries.value.find((one) => one.state === 'waiting')

  /** False when there is no use in sending the next one now. */
  async function sent(entry: Entry): Promise<boolean> {
    const row = `${entry.section}/${entry.bid}`
    const seen = Math.max(entry.seen, left.get(row) ?? 0)
    try {
      await session.give('EnterScores', { cells: entry.cells }, { id: fromHex(entry.id), seen })
      left.set(row, session.view?.sheet?.[entry.section]?.[entry.bid]?.revision ?? seen)
      await forget(entry.id)
      return true
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return noted(entry, error)
    }
  }

  async function noted(entry: Entry, refusal: Refusal): Promise<boolean> {
    // The line went for good, or inputs are frozen: it waits here.
    if (!session.live || refusal.code === 'paused' || refusal.code === 'storage_unavailable') return false
    entry.state = refusal.code === 'stale_revision' ? 'conflict' : 'refused'
    entry.code = refusal.code
    entry.params = { ...refusal.params }
    triggerRef(entries)
    await drawer.put(entry)
    return true
  }

  /** Send a refused entry once more, on the row as it is shown now, under a new id. */
  async function again(id: string): Promise<void> {
    const entry = entries.value.find((one) => one.id === id)
    if (entry === undefined) return
    await forget(id)
    await enter(entry.section, entry.bid, entry.cells)
  }

  /** Give an entry up. */
  async function forget(id: string): Promise<void> {
    entries.value = entries.value.filter((one) => one.id !== id)
    await drawer.remove(id)
  }

  /** Leave nothing in this browser: after closing one's sheet, after the end, at log-out. */
  async function wipe(): Promise<void> {
    entries.value = []
    left.clear()
    await drawer.empty()
  }

  watch(
    () => session.id,
    () => {
      entries.value = []
      left.clear()
    },
    { flush: 'sync' },
  )
  watch(
    () => session.live,
    (live) => {
      if (live) void bring()
    },
  )
  // What was frozen by a pause goes on its way when it ends.
  watch(
    () => session.paused,
    (paused) => {
      if (!paused) void send()
    },
  )

  const whose = (): [string | null, string | null] => [session.id, session.me?.member ?? null]
  return { entries, waiting, refused, bring, enter, value, send, again, forget, wipe }
})
