import { alarmWords } from '@/components/alarms/origin'
import type { AlarmPart, View } from '@/session/shapes'
import { duration } from '@/session/words-of-time'
import type { TileState } from './picture'

export type Group = 'all' | 'seats' | 'venues' | 'screens'
export const GROUPS: readonly Group[] = ['all', 'seats', 'venues', 'screens']

/** Something a wall shows: a seat's camera or screen, a camera of a venue. */
export interface WallTile {
  source: string
  group: Exclude<Group, 'all'>
  /** 主场, 副场一. */
  place: string
  title: string
  member: string | null
  venue: string
  /** What is heard when somebody listens here. */
  microphone: string | null
  state: TileState | undefined
  note: string | undefined
  /** The number of an open alarm of this picture. */
  alarm: number | null
}

export type Words = (key: string, params?: Record<string, unknown>) => string

/** What tiles are made of besides the view. */
export interface Around {
  /** Cameras of venues, those that have gone among them. */
  cameras: readonly string[]
  /** Everything that may be seen or heard now. */
  listed: ReadonlySet<string>
  /** Everything that is there now, seen or not; null where nobody can tell. */
  live: ReadonlySet<string> | null
  /** Whether what comes is recorded. */
  records: boolean
  now: number
  t: Words
}

/** All tiles in the order of a wall: venue by venue its rooms, its seats, its screens. */
export function tilesOf(view: View, around: Around): WallTile[] {
  const open = openAlarms(view.alarms ?? {})
  return Object.keys(view.venues ?? {}).flatMap((venue) => {
    const seats = Object.values(view.sources ?? {}).filter((one) => one.venue === venue)
    const of = (kind: 'camera' | 'screen'): WallTile[] =>
      seats.filter((one) => one.kind === kind).map((one) => seatTile(view, one.member, kind, open, around))
    return [...roomTiles(view, venue, open, around), ...of('camera'), ...of('screen')]
  })
}

/** Alarms that somebody still has to do something about, by number, the newest first of the gravest. */
export function openAlarms(alarms: Readonly<Record<string, AlarmPart>>): [number, AlarmPart][] {
  const open = Object.entries(alarms).filter(([, { stage }]) => stage !== 'closed' && stage !== 'false')
  const rank = ({ stage, level }: AlarmPart): number =>
    (stage === 'raised' ? 0 : 10) + ['critical', 'warning', 'info'].indexOf(level)
  return open
    .map(([number, alarm]): [number, AlarmPart] => [Number(number), alarm])
    .sort(([a, one], [b, other]) => rank(one) - rank(other) || b - a)
}

/** The tile at which something was found; a microphone is heard where its seat is seen. */
export function tileAt(tiles: readonly WallTile[], source: string): WallTile | null {
  return tiles.find((tile) => tile.source === source || tile.microphone === source) ?? null
}

/** Where a venue is in the words of the trade: 主场, 副场一. */
export function placeOf(view: View, venue: string | null, t: Words): string {
  const venues = Object.entries(view.venues ?? {})
  if (venues.find(([id]) => id === venue)?.[1].role === 'main') return t('wall.place.main')
  const subs = venues.filter(([, { role }]) => role === 'sub').map(([id]) => id)
  const at = subs.indexOf(venue ?? '')
  if (at < 0) return venue ?? ''
  return t('wall.place.sub', { number: t('wall.place.numerals').split(' ')[at] ?? at + 1 })
}

function roomTiles(view: View, venue: string, open: [number, AlarmPart][], around: Around): WallTile[] {
  const named = `venue.${venue}.camera.`
  return around.cameras
    .filter((source) => source.startsWith(named))
    .sort()
    .map((source) => ({
      source,
      group: 'venues',
      place: placeOf(view, venue, around.t),
      title: around.t('wall.room', { camera: source.slice(named.length) }),
      member: null,
      venue,
      microphone: null,
      ...alarmed(source, open, around.t),
    }))
}

function seatTile(
  view: View,
  member: string,
  kind: 'camera' | 'screen',
  open: [number, AlarmPart][],
  around: Around,
): WallTile {
  const source = `seat.${member}.${kind}`
  const part = view.committee?.[member]
  const found = alarmed(source, open, around.t)
  const words = [[part?.workstation, part?.alias ?? member].filter(Boolean).join(' ')]
  if (part?.lead === true) words.push(around.t('trade.lead'))
  if (kind === 'screen') words.push(around.t('wall.screen'))
  return {
    source,
    group: kind === 'camera' ? 'seats' : 'screens',
    place: placeOf(view, part?.venue ?? null, around.t),
    title: words.join(' · '),
    member,
    venue: part?.venue ?? '',
    microphone: kind === 'camera' ? `seat.${member}.microphone` : null,
    ...found,
    ...(kind === 'screen' ? sealing(view, member, found, around) : seating(view, member, found, around)),
  }
}

type Look = Pick<WallTile, 'state' | 'note' | 'alarm'>

function alarmed(source: string, open: [number, AlarmPart][], t: Words): Look {
  const sound = source.startsWith('seat.') ? source.replace(/camera$/, 'microphone') : source
  const found = open.find(([, alarm]) => alarm.source === source || alarm.source === sound)
  if (found === undefined) return { state: undefined, note: undefined, alarm: null }
  const [number, alarm] = found
  const over = alarm.subsided !== null || alarm.stage === 'handled'
  const what = alarmWords(alarm, t)
  const note = over ? t('wall.alarm_over', { what }) : what
  return { state: over ? 'weak' : 'alarm', note, alarm: number }
}

/** A screen under its seal shows that it is sealed and nothing else. */
function sealing(view: View, member: string, found: Look, { t, listed, live, records }: Around): Partial<Look> {
  const source = `seat.${member}.screen`
  if (view.committee?.[member]?.checked_in !== true) return { state: 'absent', note: undefined }
  const refused = view.sources?.[source]?.refused
  if (refused === 'screen_sealed') {
    const asked = view.screens?.[member]
    const silent = live !== null && !live.has(source)
    const kept = records ? undefined : t('wall.sealed_unrecorded')
    const calm = asked ? t('wall.screen_asked') : silent ? t('wall.sealed_silent') : kept
    return { state: 'sealed', note: found.alarm === null ? calm : t('wall.sealed_alarm', { what: found.note }) }
  }
  if (refused) return { state: 'forbidden', note: undefined }
  return listed.has(source) ? {} : { note: t('wall.screen_none') }
}

function seating(view: View, member: string, found: Look, { t, now, listed }: Around): Partial<Look> {
  const part = view.committee?.[member]
  const source = `seat.${member}.camera`
  if (part?.checked_in !== true && !listed.has(source)) return { state: 'absent', note: undefined }
  const away = view.leaves?.[member]?.granted ?? null
  if (away !== null) return { state: 'away', note: t('wall.away', { time: duration(now - away) }) }
  if (found.state === undefined && part?.reachable === false) return { state: 'weak', note: t(listed.has(source) ? 'wall.cut_seen' : 'wall.cut') }
  return {}
}
