import type { Hand } from '@/components/signing/hand'
import type { Criterion, Signed } from '@/session/shapes'

/** The report as the server answers it, as far as a page reads it; the rest is kept for the download. */
export interface SignedReport {
  sha256: string
  signatures: Record<string, { state: Signed; at: number; text: string | null; hand: Hand | null }>
  content: {
    session: string
    title: string
    rehearsal: boolean
    opened_at: number
    identifiers: Record<string, string>
    procuring_entity: string
    agent: string
    method: 'comprehensive' | 'lowest_evaluated' | 'lowest_price'
    criteria: Criterion[]
    committee: {
      id: string
      alias: string
      workstation: string
      workstation_verified: boolean
      identity: string
      lead: boolean
    }[]
    bids: { id: string; bidder: string }[]
    replaced: string[]
    rejections: { bid: string; section: string; criterion: string; reasons: { member: string; reason: string }[] }[]
    screens: { member: string; clause: string }[]
  }
}
