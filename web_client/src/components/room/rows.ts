import { isOfDevice } from '@/components/alarms/origin'
import type { AlarmPart, MemberPart, Presence, View } from '@/session/shapes'
import { isWeak, linkFigures, type SeatLink } from '@/session/shapes-of-links'

/** `silent`: it works as far as anybody knows, and nothing comes from it now. */
export type Device = 'ok' | 'poor' | 'failed' | 'silent' | 'unknown' | 'none'
export type Link = 'online' | 'weak' | 'away' | 'lost' | 'unknown'
export type SeatState = 'absent' | 'recused' | 'away' | 'lost' | 'alarm' | 'weak' | 'unconfirmed' | 'fine' | 'over'

/** What is found at one device of a seat: its state, and the open alarm that says why. */
export interface DeviceFound {
  state: Device
  alarm: AlarmPart | null
}

/** One seat as those who run the room see it. No count of anything a member has entered. */
export interface SeatRow {
  id: string
  venue: string
  member: MemberPart
  identity: 'confirmed' | 'seat' | 'waiting' | 'none'
  camera: DeviceFound
  microphone: DeviceFound
  screen: DeviceFound
  link: Link
  measured: SeatLink | undefined
  /** What its page measures, before that what the device check said of the network. */
  linkNote: string
  review: 'finished' | 'open' | 'none'
  /** Since when he is out. */
  out: number | null
  asksToLeave: boolean
  muted: boolean
  /** An alarm whose condition lasts at this seat, besides a weak link, which is shown as such. */
  alarm: AlarmPart | null
  state: SeatState
}

export interface VenueRows {
  id: string
  title: string
  role: 'main' | 'sub'
  rows: SeatRow[]
  alarms: number
}

/** What is known of seats besides the view. */
export interface Around {
  presence: Presence
  /** What their pages measure, by member. */
  links: Readonly<Record<string, SeatLink>>
  /** The sources that are there now; null where nobody can tell. */
  live: ReadonlySet<string> | null
}

/** The seats in the order of the committee, each at its venue; the main venue first. */
export function venueRows(view: View, around: Around): VenueRows[] {
  const rows = seatRows(view, around)
  return Object.entries(view.venues ?? {})
    .sort(([, a], [, b]) => Number(b.role === 'main') - Number(a.role === 'main'))
    .map(([id, venue]) => ({
      id,
      ...venue,
      rows: rows.filter((row) => row.venue === id),
      alarms: view.phase.over ? 0 : openAlarms(view).filter(([, alarm]) => alarm.venue === id).length,
    }))
}

export function seatRows(view: View, around: Around): SeatRow[] {
  return Object.entries(view.committee ?? {}).map(([id, member]) => seatRow(view, id, member, around))
}

/** Alarms that still ask for somebody, the newest first. */
export function openAlarms(view: View): [number: number, alarm: AlarmPart][] {
  return Object.entries(view.alarms ?? {})
    .map(([number, alarm]): [number, AlarmPart] => [Number(number), alarm])
    .filter(([, alarm]) => alarm.stage !== 'closed' && alarm.stage !== 'false')
    .sort(([, a], [, b]) => b.at - a.at)
}

function seatRow(view: View, id: string, member: MemberPart, { presence, links, live }: Around): SeatRow {
  const measured = links[id]
  const leave = view.leaves?.[id]
  const row: Omit<SeatRow, 'state'> = {
    id,
    venue: member.venue ?? '',
    member,
    identity: identity(view, id, member),
    camera: device(view, id, member, 'camera', live),
    microphone: device(view, id, member, 'microphone', live),
    screen: device(view, id, member, 'screen', live),
    link: link(view, id, member, presence[id], measured),
    measured,
    linkNote: measured ? linkFigures(measured) : (check(view, id, 'network')?.note ?? ''),
    review: review(view, member),
    out: leave?.granted ?? null,
    asksToLeave: leave !== undefined && leave.granted === null,
    muted: view.speaking?.muted.includes(id) === true,
    alarm: openAlarms(view).find(([, one]) => one.member === id && one.subsided === null && one.kind !== 'poor_network')?.[1] ?? null,
  }
  return { ...row, state: view.phase.over ? 'over' : state(row) }
}

function identity(view: View, id: string, member: MemberPart): SeatRow['identity'] {
  if (member.identity === null) return 'none'
  if (member.identity.confirmed) return 'confirmed'
  return toConfirm(view).includes(id) ? 'waiting' : 'seat'
}

/** Who sits at his seat and is still to be compared with his papers, where the tender asks for it. */
export function toConfirm(view: View): string[] {
  const missing = view.gate?.find((line) => line.code === 'all_checked_in' && !line.met)?.params['members']
  if (!Array.isArray(missing)) return []
  return missing.filter((id: string) => {
    const member = view.committee?.[id]
    return member?.checked_in === true && member.identity?.confirmed !== true
  })
}

/** First what is wrong, then what comes from it now, then what was found when it was tried. */
function device(view: View, id: string, member: MemberPart, kind: 'camera' | 'microphone' | 'screen', live: Around['live']): DeviceFound {
  if (!member.checked_in) return { state: 'none', alarm: null }
  const source = `seat.${id}.${kind}`
  const found = alarmAt(view, source, (alarm) => isOfDevice(alarm.kind))
  if (found) return { state: 'failed', alarm: found }
  if (live?.has(source)) return { state: 'ok', alarm: null }
  const outcome = check(view, id, kind)?.outcome
  if (outcome === 'failed' || outcome === 'poor') return { state: outcome, alarm: null }
  if (live !== null && !view.phase.over) return { state: 'silent', alarm: null }
  return { state: outcome === 'ok' ? 'ok' : 'unknown', alarm: null }
}

function link(view: View, id: string, member: MemberPart, presence: Presence[string] | undefined, measured?: SeatLink): Link {
  if (!member.reachable) return 'lost'
  if (!member.checked_in && presence !== 'online') return 'away'
  const weak = alarmAt(view, `seat.${id}.screen`, (alarm) => alarm.kind === 'poor_network')
  if ((weak || (measured && isWeak(measured))) && presence === 'online') return 'weak'
  return presence ?? 'unknown'
}

/** An alarm at a source whose condition still lasts. */
function alarmAt(view: View, source: string, which: (alarm: AlarmPart) => boolean): AlarmPart | null {
  const found = openAlarms(view).find(([, alarm]) => alarm.source === source && alarm.subsided === null && which(alarm))
  return found?.[1] ?? null
}

function check(view: View, id: string, what: string): { outcome: 'ok' | 'poor' | 'failed' | 'skipped'; note?: string } | undefined {
  return view.workstations?.[id]?.checked?.checks.find((one) => one.what === what)
}

/** Finished or not, of the sections that are under review now; of all when none is. */
function review(view: View, member: MemberPart): SeatRow['review'] {
  const own = Object.entries(member.finished)
  if (own.length === 0) return 'none'
  const open = own.filter(([section]) => {
    const progress = view.sections?.[section]
    return progress !== undefined && progress.revealed < progress.round
  })
  return (open.length > 0 ? open : own).every(([, finished]) => finished) ? 'finished' : 'open'
}

function state(row: Omit<SeatRow, 'state'>): SeatState {
  if (row.member.recused) return 'recused'
  if (!row.member.checked_in) return 'absent'
  if (row.link === 'lost') return 'lost'
  if (row.out !== null) return 'away'
  if (row.alarm !== null || [row.camera, row.microphone, row.screen].some((one) => one.state === 'failed')) return 'alarm'
  if (row.identity === 'waiting') return 'unconfirmed'
  return row.link === 'weak' ? 'weak' : 'fine'
}
