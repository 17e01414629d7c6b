import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { call } from '@/protocol/http'
import { Refusal } from '@/protocol/refusal'
import { FRESH_MS, type SeatLink } from './shapes-of-links'
import { useSession } from './session'

const EVERY_MS = 5000
// A minute: long enough for a share of what was lost, short enough to speak of now.
const ASKED = 12
const PATIENCE_MS = 4000

/**
 * How well seats reach the server: a member's page measures its own way there and tells the organisers, whose
 * pages keep what each seat said last. Nothing of it is ever kept by the server.
 */
export const useLinks = defineStore('links', () => {
  const session = useSession()
  const links = shallowRef<Record<string, SeatLink>>({})
  let trips: (number | null)[] = []

  session.hear((message) => {
    const { kind, member, rtt_ms, lost } = message
    if (kind !== 'link' || typeof member !== 'string' || typeof rtt_ms !== 'number') return
    links.value = { ...links.value, [member]: { rtt_ms, lost: typeof lost === 'number' ? lost : 0, at: Date.now() } }
  })

  /** What a seat has not said again says nothing of now. */
  function forgetOld(): void {
    const fresh = Object.entries(links.value).filter(([, link]) => Date.now() - link.at < FRESH_MS)
    if (fresh.length < Object.keys(links.value).length) links.value = Object.fromEntries(fresh)
  }

  async function measure(): Promise<void> {
    trips = [...trips.slice(1 - ASKED), await trip()]
    const came = trips.filter((one) => one !== null).sort((one, other) => one - other)
    if (came.length === 0) return
    const middle = came[Math.floor(came.length / 2)] as number
    session.mention({ kind: 'link', rtt_ms: middle, lost: Math.round((1 - came.length / trips.length) * 1000) })
  }

  watch(
    () => session.id,
    () => {
      links.value = {}
      trips = []
    },
    { flush: 'sync' },
  )

  setInterval(() => {
    forgetOld()
    if (session.live && session.audience?.member != null) void measure()
  }, EVERY_MS)

  return { links }
})

/** There and back in milliseconds; null when nothing came back. */
async function trip(): Promise<number | null> {
  const asked = performance.now()
  try {
    await call('server_time', { signal: AbortSignal.timeout(PATIENCE_MS) })
    return Math.round(performance.now() - asked)
  } catch (error) {
    if (error instanceof Refusal || error instanceof DOMException) return null
    throw error
  }
}
