import type { Condition, View } from '@/session/shapes'

/** A condition of the phase, as it is counted and shown. */
export interface GateLine {
  key: string
  code: string
  met: boolean
  /** Members that are still missing. */
  members: string[]
  /** How many are there of how many; null where nobody is counted. */
  done: number | null
  of: number | null
  section: string | null
  bids: string[]
}

/** Conditions of the phase at hand, unmet first, as the server has them. */
export function gateLines(view: View): GateLine[] {
  return (view.gate ?? []).map((condition) => line(view, condition))
}

function line(view: View, { code, met, params }: Condition): GateLine {
  const members = strings(params['members'])
  const section = typeof params['section'] === 'string' ? params['section'] : null
  const concerned = counted(view, code, section)
  return {
    key: `${code}/${section ?? ''}`,
    code,
    met,
    members,
    section,
    bids: strings(params['bids']),
    done: concerned === null ? null : concerned - members.length,
    of: concerned,
  }
}

const OF_EVERYBODY = ['all_checked_in', 'all_committed', 'prices_confirmed', 'all_signed']

function counted(view: View, code: string, section: string | null): number | null {
  const committee = Object.values(view.committee ?? {})
  if (OF_EVERYBODY.includes(code)) return committee.length
  if (code !== 'all_closed_personally' || section === null) return null
  return committee.filter((member) => section in member.finished).length || null
}

/** The phase that follows; null when this is the last. */
export function nextPhase(view: View): string | null {
  const { chain, name } = view.phase
  return chain[chain.indexOf(name) + 1] ?? null
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
