import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '@/protocol/connection'

type Line = ConstructorParameters<typeof Connection>[1]
let line: Line
const said = vi.fn()

vi.mock('@/protocol/connection', () => ({
  Connection: class {
    clock = { heard: () => undefined, now: () => 0, known: true }
    mention = said
    constructor(_session: string, listener: Line) {
      line = listener
    }
    open = (): Promise<void> => Promise.resolve()
    close = (): void => undefined
  },
}))
const { useSession } = await import('@/session/session')
const { useLinks } = await import('@/session/links')

const member = (id: string | null) => ({ member: id, roles: [], venue: null })

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  said.mockReset()
})

async function joined(id: string | null): Promise<ReturnType<typeof useLinks>> {
  const links = useLinks()
  await useSession().open('0'.repeat(32))
  line.view({} as never, member(id))
  line.state('live', null)
  return links
}

describe('what seats say of their links', () => {
  it('is known to an organiser, the newest of each, until it is old', async () => {
    const links = await joined(null)
    line.ephemeral?.({ kind: 'link', member: 'm1', rtt_ms: 40, lost: 0 })
    line.ephemeral?.({ kind: 'link', member: 'm2', rtt_ms: 90, lost: 12 })
    line.ephemeral?.({ kind: 'typing', member: 'm2' })
    expect(links.links).toMatchObject({ m1: { rtt_ms: 40 }, m2: { rtt_ms: 90, lost: 12 } })
    await vi.advanceTimersByTimeAsync(15_000)
    line.ephemeral?.({ kind: 'link', member: 'm2', rtt_ms: 80, lost: 0 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(Object.keys(links.links)).toEqual(['m2'])
    useSession().close()
    expect(links.links).toEqual({})
  })
})

describe('the page of a member', () => {
  const answers = (...ms: (number | null)[]): void => {
    vi.stubGlobal('fetch', async () => {
      const next = ms.length > 0 ? ms.shift() : 20
      if (next == null) throw new TypeError('failed to fetch')
      await new Promise((later) => setTimeout(later, next))
      return new Response('{"now": 1}', { headers: { 'Content-Type': 'application/json' } })
    })
  }

  it('tells every five seconds how long its way is, and what was lost', async () => {
    answers(20, 60, null, 40)
    await joined('m1')
    await vi.advanceTimersByTimeAsync(5100)
    expect(said).toHaveBeenLastCalledWith({ kind: 'link', rtt_ms: 20, lost: 0 })
    await vi.advanceTimersByTimeAsync(15_000)
    expect(said).toHaveBeenCalledTimes(4)
    expect(said).toHaveBeenLastCalledWith({ kind: 'link', rtt_ms: 40, lost: 250 })
  })

  it('of an organiser measures nothing', async () => {
    answers(20)
    await joined(null)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(said).not.toHaveBeenCalled()
  })
})
