import type { View } from '@/session/shapes'
import { openAlarms, toConfirm } from './rows'

export type Kind =
  | 'resume' | 'pause_request' | 'leave' | 'out' | 'identity' | 'discipline' | 'replace' | 'designate'
  | 'alarm' | 'alarms' | 'screen' | 'check_result' | 'unread' | 'more_time' | 'second_device'

/** One thing that waits for the agency's lead. `now` ones are acts of his, the others things to know. */
export interface Todo {
  key: string
  kind: Kind
  now: boolean
  member: string | null
  /** Of an alarm or of a notice. */
  number: number | null
  /** What fills in its words. */
  params: Record<string, unknown>
  since: number
}

// A refused device is worth a look for so long; afterwards it is in the minutes.
const FRESH_MS = 10 * 60_000

// More of them would hide everything else that waits.
const MOST_ALARMS = 3

/** What waits for the agency's lead, what he has to do before what he has to know. */
export function todosOf(view: View, now: number): Todo[] {
  if (view.phase.over) return []
  const found = [
    ...requests(view), ...formalities(view), ...leaves(view), ...alarms(view), ...devices(view, now), ...unread(view),
  ]
  return [...found.filter((one) => one.now), ...found.filter((one) => !one.now)]
}

function todo(kind: Kind, more: Partial<Todo> = {}): Todo {
  const key = [kind, more.member, more.number].filter((part) => part !== undefined && part !== null).join('/')
  return { key, kind, now: true, member: null, number: null, params: {}, since: 0, ...more }
}

function requests(view: View): Todo[] {
  const found: Todo[] = []
  const asked = view.pause_request
  if (asked) found.push(todo('pause_request', { params: { ...asked }, since: asked.at }))
  if (view.pause?.kind === 'technical')
    found.push(todo('resume', { params: { reason: view.pause.reason }, since: view.pause.since }))
  for (const [member, screen] of Object.entries(view.screens ?? {}))
    if (!screen.granted) found.push(todo('screen', { member, params: { clause: screen.clause } }))
  if (view.more_time?.due) found.push(todo('more_time', { now: false, since: view.more_time.due }))
  return found
}

function formalities(view: View): Todo[] {
  const found = toConfirm(view).map((member) => todo('identity', { member }))
  const waits = (code: string): boolean => view.gate?.some((line) => line.code === code && !line.met) === true
  if (waits('discipline_announced')) found.push(todo('discipline'))
  for (const [member, one] of Object.entries(view.committee ?? {}))
    if (one.recused) found.push(todo('replace', { member }))
  if (view.phase.name === 'lead' && view.ballot?.deadlocked && view.ballot.lead === null)
    found.push(todo('designate', { params: { candidates: view.ballot.candidates } }))
  if (waits('result_verified') && view.results?.verification === 'open' && view.results.result)
    found.push(todo('check_result'))
  return found
}

/** Many at once are one thing to do: the register of alarms. */
function alarms(view: View): Todo[] {
  const open = openAlarms(view)
  const mine = open.filter(([, alarm]) => alarm.asks === 'agency_lead').length
  const since = Math.max(0, ...open.map(([, alarm]) => alarm.at))
  if (open.length > MOST_ALARMS) return [todo('alarms', { params: { count: open.length, mine }, since, now: mine > 0 })]
  return open.map(([number, alarm]) =>
    todo('alarm', { number, member: alarm.member, params: { ...alarm }, since: alarm.at, now: alarm.asks === 'agency_lead' }),
  )
}

function leaves(view: View): Todo[] {
  return Object.entries(view.leaves ?? {}).map(([member, leave]) =>
    leave.granted === null
      ? todo('leave', { member, since: leave.asked })
      : todo('out', { member, since: leave.granted, now: false }),
  )
}

function devices(view: View, now: number): Todo[] {
  const last = new Map((view.incidents ?? []).map((one) => [one.member, one.at]))
  return [...last]
    .filter(([member, at]) => now - at < FRESH_MS && view.committee?.[member]?.checked_in)
    .map(([member, at]) => todo('second_device', { member, since: at }))
}

/** The newest announcement that some seat has not confirmed yet. */
function unread(view: View): Todo[] {
  const waiting = Object.entries(view.notices ?? {})
    .filter(([, notice]) => notice.role === 'agency_lead' && notice.members.some((m) => !(m in notice.confirmed)))
    .sort(([a], [b]) => Number(b) - Number(a))
  return waiting.slice(0, 1).map(([number, notice]) =>
    todo('unread', {
      now: false, number: Number(number), since: notice.at,
      params: { members: notice.members.filter((m) => !(m in notice.confirmed)), text: notice.text },
    }),
  )
}
