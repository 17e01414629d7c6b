import { IDBFactory } from 'fake-indexeddb'
import { createPinia, disposePinia, setActivePinia, type Pinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick, ref, shallowRef } from 'vue'
import { Refusal } from '@/protocol/refusal'
import { wipe } from '@/session/clearing'
import { useDrafts } from '@/session/drafts'
import { drawer } from '@/session/drawer'
import { useUnsent } from '@/session/unsent'

/** The server as the store meets it: rows with revisions, commands decided once by their id. */
class Server {
  readonly rows = new Map<string, { revision: number; cells: Record<string, unknown> }>()
  readonly heard: { id: string; seen: number; criterion: string }[] = []
  readonly answered = new Map<string, Record<string, unknown> | undefined>()
  says: ((criterion: string) => Refusal | null) | null = null
  /** How many answers get lost after the command was committed. */
  lost = 0

  row(bid: string): { revision: number; cells: Record<string, unknown> } {
    const row = this.rows.get(bid) ?? { revision: 0, cells: {} }
    this.rows.set(bid, row)
    return row
  }

  view(): unknown {
    return { sheet: { s: Object.fromEntries([...this.rows].map(([bid, row]) => [bid, { ...row }])) } }
  }

  enter(cells: { bid: string; criterion: string; value: string | null }[], id: string, seen: number): Record<string, unknown> | undefined {
    this.heard.push({ id, seen, criterion: cells[0]!.criterion })
    if (this.answered.has(id)) return this.answered.get(id)
    const no = this.says?.(cells[0]!.criterion)
    if (no) throw no
    const row = this.row(cells[0]!.bid)
    if (seen !== row.revision) throw new Refusal('stale_revision', { revision: row.revision })
    const changed = cells.filter((cell) => row.cells[cell.criterion] !== cell.value)
    for (const cell of changed) row.cells[cell.criterion] = cell.value
    row.revision += changed.length
    const receipt = changed.length === 0 ? undefined : { signed: [{ body: JSON.stringify({ cells: changed }) }] }
    this.answered.set(id, receipt)
    if (this.lost > 0) {
      this.lost -= 1
      throw new Refusal('left')
    }
    return receipt
  }
}

const line = {
  id: ref<string | null>('s1'), view: shallowRef<unknown>(null), me: ref<{ member: string } | null>({ member: 'm1' }),
  live: ref(true), paused: ref<object | null>(null),
}
let server = new Server()
vi.mock('@/session/session', () => ({
  useSession: () => ({
    get id() { return line.id.value },
    get view() { return line.view.value },
    get me() { return line.me.value },
    get live() { return line.live.value },
    get paused() { return line.paused.value },
    give: async (_name: string, { cells }: { cells: never[] }, { id, seen }: { id: Uint8Array; seen: number }) => {
      await Promise.resolve()
      const receipt = server.enter(cells, Array.from(id).join('.'), seen)
      line.view.value = server.view()
      return receipt
    },
  }),
}))

/** The page anew: nothing of the stores is left, only what lies in the browser. */
function reloaded(): ReturnType<typeof useUnsent> {
  if (page !== null) disposePinia(page)
  page = createPinia()
  setActivePinia(page)
  return useUnsent()
}
let page: Pinia | null = null
const enter = (store: ReturnType<typeof useUnsent>, bid: string, criterion: string, value: string | null = '1') =>
  store.enter('s', bid, [{ bid, criterion, value }])
const settled = (store: ReturnType<typeof useUnsent>, waiting = 0) => vi.waitFor(() => expect(store.waiting).toBe(waiting))
const kept = () => drawer.all({ session: 's1', member: 'm1' })

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  server = new Server()
  line.id.value = 's1'
  line.me.value = { member: 'm1' }
  line.view.value = server.view()
  line.live.value = true
  line.paused.value = null
})

describe('what is entered', () => {
  it('goes to the server in the order it was entered, however fast', async () => {
    const store = reloaded()
    vi.spyOn(Date, 'now').mockReturnValue(1000)
    const names = Array.from({ length: 12 }, (_, n) => `t${n}`)
    await Promise.all(names.map((name) => enter(store, 'A', name)))
    await settled(store)
    expect(server.heard.map((one) => one.criterion)).toEqual(names)
    expect(server.row('A').revision).toBe(12)
    expect(store.saved).toBe(12)
    await vi.waitFor(async () => expect(await kept()).toEqual([]))
  })

  it('lies in this browser in that order while there is no line, and each says what it goes on', async () => {
    line.live.value = false
    const store = reloaded()
    vi.spyOn(Date, 'now').mockReturnValue(1000)
    for (const name of ['t3', 't1', 't2']) await enter(store, 'A', name)
    expect((await kept()).map((one) => one.cells[0]!.criterion)).toEqual(['t3', 't1', 't2'])
    expect(server.heard).toEqual([])
  })

  it('is sent under its own id after a reload, in order, and none comes back as stale', async () => {
    line.live.value = false
    const before = reloaded()
    for (const name of ['t1', 't2', 't3']) await enter(before, 'A', name)
    const store = reloaded()
    line.live.value = true
    await store.bring()
    await settled(store)
    expect(store.refused).toEqual([])
    expect(server.heard.map(({ criterion, seen }) => [criterion, seen])).toEqual([['t1', 0], ['t2', 1], ['t3', 2]])
  })

  it('goes on after a reload in the middle, when one of the row was acknowledged before it', async () => {
    line.live.value = false
    const before = reloaded()
    for (const name of ['t1', 't2', 't3']) await enter(before, 'A', name)
    server.says = (criterion) => (criterion === 't2' ? new Refusal('left') : null)
    line.live.value = true
    await before.send()
    await vi.waitFor(async () => expect((await kept()).map((one) => one.seen)).toEqual([1, 1]))
    server.says = null
    const store = reloaded()
    await store.bring()
    await settled(store)
    expect(store.refused).toEqual([])
    expect(server.row('A')).toEqual({ revision: 3, cells: { t1: '1', t2: '1', t3: '1' } })
  })

  it('counts once when the acknowledgement was lost and the page opened anew', async () => {
    const before = reloaded()
    server.lost = 1
    await enter(before, 'A', 't1')
    await enter(before, 'A', 't2')
    await vi.waitFor(() => expect(server.answered.size).toBeGreaterThan(0))
    const store = reloaded()
    await store.bring()
    await settled(store)
    expect(server.row('A').revision).toBe(2)
    expect(store.refused).toEqual([])
    const [first] = server.heard
    expect(server.heard.filter((one) => one.id === first!.id).length).toBeGreaterThanOrEqual(2)
  })

  it('is a conflict when somebody else has changed the row meanwhile, also behind a lost acknowledgement', async () => {
    line.live.value = false
    const before = reloaded()
    await enter(before, 'A', 't1')
    await enter(before, 'A', 't2')
    const [first] = await kept()
    server.enter(first!.cells as never, first!.id.match(/../g)!.map((pair) => parseInt(pair, 16)).join('.'), 0)
    server.row('A').revision += 1
    line.live.value = true
    const store = reloaded()
    await store.bring()
    await settled(store)
    expect(store.refused.map(({ state, cells }) => [state, cells[0]!.criterion])).toEqual([['conflict', 't2']])
    await store.again(store.refused[0]!.id)
    await settled(store)
    expect(store.refused).toEqual([])
    expect(server.row('A').cells).toEqual({ t1: '1', t2: '1' })
  })

  it('does not raise what was entered in other rows', async () => {
    line.live.value = false
    const store = reloaded()
    await enter(store, 'A', 't1')
    await enter(store, 'B', 't1')
    line.live.value = true
    await store.send()
    await settled(store)
    expect(server.heard.map((one) => one.seen)).toEqual([0, 0])
  })
})

describe('what the server does not take', () => {
  it('waits while inputs are frozen, and goes on by itself when the pause ends', async () => {
    const store = reloaded()
    line.paused.value = { kind: 'technical' }
    server.says = () => new Refusal('paused')
    await enter(store, 'A', 't1')
    await vi.waitFor(() => expect(server.heard).toHaveLength(1))
    await nextTick()
    expect([store.waiting, store.refused.length]).toEqual([1, 0])
    server.says = null
    line.paused.value = null
    await settled(store)
    expect(server.row('A').revision).toBe(1)
    expect(new Set(server.heard.map((one) => one.id)).size).toBe(1)
  })

  it('stays and is named when it is refused, also after a reload, and the rest goes on', async () => {
    const before = reloaded()
    server.says = (criterion) => (criterion === 't1' ? new Refusal('value_out_of_range', { points: '8' }) : null)
    await enter(before, 'A', 't1', '99')
    await enter(before, 'A', 't2')
    await settled(before)
    await vi.waitFor(async () => expect((await kept())[0]?.code).toBe('value_out_of_range'))
    const store = reloaded()
    await store.bring()
    expect(store.refused.map(({ code, params, state }) => [code, params, state])).toEqual([['value_out_of_range', { points: '8' }, 'refused']])
    expect(server.row('A').cells).toEqual({ t2: '1' })
    await store.forget(store.refused[0]!.id)
    expect(await kept()).toEqual([])
  })

  it('is sent again after a while when the server asks for that', async () => {
    const store = reloaded()
    server.says = () => new Refusal('storage_unavailable', {}, 20)
    await enter(store, 'A', 't1')
    await vi.waitFor(() => expect(server.heard.length).toBeGreaterThan(0))
    server.says = null
    await settled(store)
    expect(store.refused).toEqual([])
  })
})

describe('this browser', () => {
  it('holds nothing after a wipe', async () => {
    line.live.value = false
    const store = reloaded()
    const drafts = useDrafts()
    await enter(store, 'A', 't1')
    drafts.put('A', 't2', { value: '99', reason: '', evidence: null, fault: 'value_out_of_range' })
    await wipe()
    expect([store.entries, drafts.drafts.size]).toEqual([[], 0])
    expect(await kept()).toEqual([])
    expect(await drawer.of('drafts', { session: 's1', member: 'm1' })).toEqual([])
  })

  it('never shows one person what another has left in it', async () => {
    line.live.value = false
    await enter(reloaded(), 'A', 't1')
    line.me.value = { member: 'm2' }
    const store = reloaded()
    await store.bring()
    expect(store.entries).toEqual([])
  })

  it('may keep nothing: then entries wait in memory, are sent all the same, and it is said', async () => {
    vi.stubGlobal('indexedDB', { open: () => { throw new DOMException('no', 'SecurityError') } })
    line.live.value = false
    const store = reloaded()
    await enter(store, 'A', 't1')
    await enter(store, 'A', 't2')
    expect([store.waiting, store.kept]).toEqual([2, false])
    line.live.value = true
    await store.send()
    await settled(store)
    expect(server.row('A').revision).toBe(2)
  })

  it('brings back what could not be handed in yet, and not what has been settled', async () => {
    reloaded()
    const before = useDrafts()
    before.put('A', 't1', { value: '99', reason: '因', evidence: null, fault: 'value_out_of_range' })
    before.put('A', 't2', { value: 'fail', reason: '', evidence: null, fault: 'reason_missing' })
    before.forget('A', 't2')
    reloaded()
    const drafts = useDrafts()
    await drafts.bring()
    expect([...drafts.drafts.values()]).toEqual([{ value: '99', reason: '因', evidence: null, fault: 'value_out_of_range' }])
  })
})
