/** Marks and half-written texts: what lies in this browser beside the scores. */
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { createPinia, disposePinia, setActivePinia, type Pinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import { clearWorkstation, wipe } from '@/session/clearing'
import { drawer } from '@/session/drawer'
import { useMarks } from '@/session/marks'
import { useTexts } from '@/session/texts'

const reader = { id: ref<string | null>('s1'), me: ref<{ member: string } | null>({ member: 'm1' }) }
vi.mock('@/session/session', () => ({
  useSession: () => ({
    get id() { return reader.id.value },
    get me() { return reader.me.value },
    view: null, live: false, paused: null,
  }),
}))

let page: Pinia | null = null
/** The page anew: only what lies in the browser is left. */
function reloaded(): { marks: ReturnType<typeof useMarks>; texts: ReturnType<typeof useTexts> } {
  if (page !== null) disposePinia(page)
  page = createPinia()
  setActivePinia(page)
  return { marks: useMarks(), texts: useTexts() }
}
const bookmark = { kind: 'bookmark', bid: 'A', document: 'd1', page: 37, text: '冗余' } as const
const ME = { session: 's1', member: 'm1' }

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  reader.id.value = 's1'
  reader.me.value = { member: 'm1' }
})

describe('a private mark', () => {
  it('is there after a reload, and so is what was changed and taken away', async () => {
    const { marks } = reloaded()
    await marks.add(bookmark)
    await marks.add({ ...bookmark, page: 48 })
    const [first, second] = marks.marks
    await marks.keep({ ...first!, text: '存储' })
    await marks.remove(second!.id)
    const { marks: after } = reloaded()
    await after.bring()
    expect(after.marks).toEqual([{ ...first, text: '存储' }])
  })

  it('is shown to nobody else who sits here, nor in another session', async () => {
    await reloaded().marks.add(bookmark)
    for (const [id, member] of [['s1', 'm2'], ['s2', 'm1']] as const) {
      reader.id.value = id
      reader.me.value = { member }
      const { marks } = reloaded()
      await marks.bring()
      expect(marks.marks).toEqual([])
    }
  })

  it('lives as long as the page where this browser keeps nothing', async () => {
    vi.stubGlobal('indexedDB', { open: () => { throw new DOMException('no', 'SecurityError') } })
    const { marks, texts } = reloaded()
    await marks.add(bookmark)
    texts.put('vote', '理由')
    await marks.bring()
    await texts.bring()
    expect([marks.marks.length, texts.at('vote').value]).toEqual([1, '理由'])
  })
})

describe('a half-written text', () => {
  it('outlives its form and a reload, and goes when it is sent', async () => {
    const { texts } = reloaded()
    texts.at('vote').value = '仍有竞争性'
    texts.at('stop').value = '歧义'
    texts.forget('stop')
    await drawer.of('texts', ME)
    const { texts: after } = reloaded()
    await after.bring()
    expect([after.at('vote').value, after.at('stop').value]).toEqual(['仍有竞争性', ''])
    after.at('vote').value = ''
    expect(await drawer.of('texts', ME)).toEqual([])
  })

  it('that was typed before the old one was found is the newer one', async () => {
    reloaded().texts.put('vote', '旧')
    await drawer.of('texts', ME)
    const { texts } = reloaded()
    const brought = texts.bring()
    texts.put('vote', '新')
    await brought
    expect(texts.at('vote').value).toBe('新')
  })
})

describe('the end', () => {
  it('leaves nothing, and tells what it has found', async () => {
    const { marks, texts } = reloaded()
    await marks.add(bookmark)
    texts.put('signing', '保留意见')
    // By itself, when the session is over; the person clears the workstation later.
    await wipe()
    expect([marks.marks, texts.texts.size]).toEqual([[], 0])
    expect([await drawer.of('marks', ME), await drawer.of('texts', ME)]).toEqual([[], []])
    expect(await clearWorkstation()).toMatchObject({ unsent: 1, marks: 1, databases: 1 })
    expect(await indexedDB.databases()).toEqual([])
  })
})
