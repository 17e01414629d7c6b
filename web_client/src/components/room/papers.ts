import type { View } from '@/session/shapes'
import type { Tone } from '@/components/Chip.vue'

/** A paper of the evaluation, and how far it is. The words are `host.paper.<key>` and `host.paper_state.<state>`. */
export interface Paper {
  key: string
  state: 'none' | 'running' | 'done' | 'rechecked' | 'entries'
  tone: Tone
  params: Record<string, unknown>
  /** Where it can be read, if it can. */
  goes: 'result' | 'minutes' | null
  at: number | null
}

/** The papers that the record of a session already holds, in the order in which they come about. */
export function papersOf(view: View): Paper[] {
  const members = Object.values(view.committee ?? {})
  const committed = members.filter((one) => one.committed).length
  return [
    paper('commitments', committed, members.length),
    lead(view),
    summaries(view),
    remarks(view, 'witness'),
    remarks(view, 'supervisor'),
    report(view),
  ].filter((one) => one !== null)
}

function paper(key: string, done: number, of: number): Paper {
  const state = done === 0 ? 'none' : done < of ? 'running' : 'done'
  return { key, state, tone: toneOf(state), params: { done, of }, goes: null, at: null }
}

function lead(view: View): Paper | null {
  if (!view.phase.chain.includes('lead')) return null
  const chosen = view.ballot?.lead ?? null
  const state = chosen !== null ? 'done' : view.ballot?.round ? 'running' : 'none'
  return { key: 'lead', state, tone: toneOf(state), params: { member: chosen, round: view.ballot?.round ?? 0 }, goes: null, at: null }
}

function summaries(view: View): Paper {
  const sections = view.tender?.sections ?? []
  const shown = sections.filter(({ id }) => (view.sections?.[id]?.revealed ?? 0) > 0).length
  return { ...paper('summaries', shown, sections.length), params: { done: shown, of: sections.length } }
}

function remarks(view: View, role: 'witness' | 'supervisor'): Paper {
  const own = (view.remarks ?? []).filter((one) => one.role === role)
  const last = own.at(-1)?.at ?? null
  return {
    key: `${role}_record`, state: own.length > 0 ? 'entries' : 'none', tone: own.length > 0 ? 'blue' : 'plain',
    params: { count: own.length }, goes: own.length > 0 ? 'minutes' : null, at: last,
  }
}

function report(view: View): Paper {
  const signed = Object.keys(view.report?.signatures ?? {}).length
  const of = Object.keys(view.committee ?? {}).length
  const submitted = view.report?.sha256 ?? null
  const state = submitted === null ? 'none' : view.phase.name === 'closed' ? 'done' : 'running'
  return {
    key: 'report', state, tone: toneOf(state), params: { done: signed, of, hash: submitted?.slice(0, 12) ?? '' },
    goes: submitted === null ? null : 'result', at: null,
  }
}

function toneOf(state: Paper['state']): Tone {
  return state === 'done' ? 'ok' : state === 'running' ? 'blue' : 'plain'
}
