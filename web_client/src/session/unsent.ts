import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { fromHex, commandId, hex } from '@/protocol/ids'
import type { CellEntry } from '@/protocol/generated/session'
import { Refusal } from '@/protocol/refusal'
import { drawer, inDrawer, type Entry, type Whose } from './drawer'
import { raisedBehind, revisionAfter } from './revision'
import { useSession } from './session'
import { whose } from './whose'

/** What says nothing about the entry itself: it waits until the line, the session, the server are well again. */
const WAITING: ReadonlySet<string> = new Set(['left', 'paused'])
const RETRY_MS = 2000
const RETRIED: ReadonlySet<string> = new Set(['storage_unavailable', 'internal'])

/**
 * One's own scores on their way to the server: kept in this browser until they are on disk there,
 * sent in order, each under its own id. What is refused stays and is shown; nothing is dropped in silence.
 */
export const useUnsent = defineStore('unsent', () => {
  const session = useSession()
  const entries = shallowRef<Entry[]>([])
  /** False where this browser keeps nothing: then they live as long as the page does. */
  const kept = ref(true)
  /** How many the server has on disk since this page was opened. */
  const saved = ref(0)
  /** Ids that were taken out: a look into the drawer that began before does not bring them back. */
  const gone = new Set<string>()
  let sending = false
  let wanted = false
  let brought: Promise<void> | null = null
  let later: ReturnType<typeof setTimeout> | undefined

  const lost = (): void => void (kept.value = false)

  const waiting = computed(() => entries.value.filter((one) => one.state === 'waiting').length)
  const refused = computed(() => entries.value.filter((one) => one.state !== 'waiting'))

  /** What waits of a session from an earlier visit; call it once the view is there. */
  async function bring(): Promise<void> {
    const me = whose()
    if (me === null) return
    brought = found(me).finally(() => (brought = null))
    await brought
    void send()
  }

  async function found(me: Whose): Promise<void> {
    const before = (await inDrawer(() => drawer.all(me), lost)) ?? []
    if (me.session !== session.id) return
    const known = new Set([...gone, ...entries.value.map((one) => one.id)])
    const all = [...before.filter((one) => !known.has(one.id)), ...entries.value]
    entries.value = all.sort((one, other) => one.at - other.at)
  }

  /** Enter cells of one row (one bid in one section). It is kept here before this returns. */
  function enter(section: string, bid: string, cells: CellEntry[]): Promise<void> {
    return entered(section, bid, cells, null)
  }

  async function entered(section: string, bid: string, cells: CellEntry[], instead: string | null): Promise<void> {
    const me = whose()
    if (me === null) throw new Refusal('left')
    const entry: Entry = {
      ...me, id: hex(commandId()), section, bid, cells, seen: shownRevision(section, bid),
      // The order stays what it was, however fast one types and whatever the clock does.
      at: Math.max(Date.now(), ...entries.value.map((one) => one.at + 1)), state: 'waiting', code: null, params: {},
    }
    entries.value = [...without(instead), entry]
    const written = inDrawer(() => drawer.replace(instead, [entry]), lost)
    // On its way at once; what is done in the drawer afterwards is done after this.
    void send()
    await written
  }

  const shownRevision = (section: string, bid: string): number => session.view?.sheet?.[section]?.[bid]?.revision ?? 0

  /** Send what waits, one after the other; asked again meanwhile, it looks once more at the end. */
  async function send(): Promise<void> {
    wanted = true
    if (sending) return
    sending = true
    try {
      while (wanted) {
        wanted = false
        if (brought !== null) await brought
        await sendAll()
      }
    } finally {
      sending = false
    }
  }

  async function sendAll(): Promise<void> {
    const next = (): Entry | undefined => entries.value.find((one) => one.state === 'waiting')
    for (let one = next(); one !== undefined && session.live; one = next()) if (!(await sent(one))) return
  }

  /** False when there is no use in sending the next one now. */
  async function sent(entry: Entry): Promise<boolean> {
    try {
      const receipt = await session.give('EnterScores', { cells: entry.cells }, { id: fromHex(entry.id), seen: entry.seen })
      await acknowledged(entry, receipt)
      return true
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return noted(entry, error)
    }
  }

  /**
   * It is on disk there. What waits behind it in the same row was entered on what it has left, so it
   * goes on that revision, also after a reload. What others changed in the row stays a conflict.
   */
  async function acknowledged(entry: Entry, receipt: Record<string, unknown> | undefined): Promise<void> {
    const revision = revisionAfter(entry, receipt) ?? shownRevision(entry.section, entry.bid)
    const raised = raisedBehind(entries.value, entry, revision)
    const newest = new Map(raised.map((one) => [one.id, one]))
    entries.value = without(entry.id).map((one) => newest.get(one.id) ?? one)
    saved.value += 1
    await inDrawer(() => drawer.replace(entry.id, raised), lost)
  }

  async function noted(entry: Entry, refusal: Refusal): Promise<boolean> {
    // The line went for good, another session is shown, or inputs are frozen: it waits here.
    if (!session.live || entry.session !== session.id || WAITING.has(refusal.code)) return false
    if (refusal.retryMs !== null || RETRIED.has(refusal.code)) return sendLater(refusal.retryMs ?? RETRY_MS)
    const shown: Entry = { ...entry, state: refusal.code === 'stale_revision' ? 'conflict' : 'refused', code: refusal.code, params: { ...refusal.params } }
    entries.value = entries.value.map((one) => (one.id === entry.id ? shown : one))
    await inDrawer(() => drawer.replace(null, [shown]), lost)
    return true
  }

  function sendLater(after: number): false {
    clearTimeout(later)
    later = setTimeout(() => void send(), after)
    return false
  }

  /** Send a refused entry once more, on the row as it is shown now, under a new id. */
  async function again(id: string): Promise<void> {
    const entry = entries.value.find((one) => one.id === id)
    if (entry !== undefined) await entered(entry.section, entry.bid, entry.cells, id)
  }

  /** Give an entry up. */
  async function forget(id: string): Promise<void> {
    entries.value = without(id)
    await inDrawer(() => drawer.replace(id, []), lost)
  }

  function without(id: string | null): Entry[] {
    if (id !== null) gone.add(id)
    return entries.value.filter((one) => one.id !== id)
  }

  /** Forget all that is shown; `wipe` empties the drawer itself. */
  function drop(): void {
    for (const { id } of entries.value) gone.add(id)
    entries.value = []
  }

  watch(() => session.id, () => {
    entries.value = []
    gone.clear()
    clearTimeout(later)
  }, { flush: 'sync' })
  watch(() => session.live, (live) => void (live && bring()))
  // What was frozen by a pause goes on its way when it ends.
  watch(() => session.paused, (paused) => void (paused || send()))

  return { entries, waiting, refused, kept, saved, bring, enter, send, again, forget, drop }
})
