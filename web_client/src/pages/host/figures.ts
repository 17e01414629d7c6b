import type { Figure } from '@/components/room/Figures.vue'
import { openAlarms, type SeatRow, type VenueRows } from '@/components/room/rows'
import type { View } from '@/session/shapes'

type T = (key: string) => string

/** Of a session that has ended nobody is there any more, and nobody is missed. */
const NOBODY = { value: '–', tone: 'plain' } as const

/** The six numbers of the overview. */
export function figuresOf(view: View, venues: readonly VenueRows[], todos: number, records: boolean, t: T): Figure[] {
  const rows = venues.flatMap((venue) => venue.rows)
  const taken = venues.filter((venue) => venue.rows.length > 0)
  const { over } = view.phase
  const online = taken.filter((venue) => venue.rows.some(inTouch)).length
  const seated = rows.filter((row) => inTouch(row) && row.out === null).length
  const finished = rows.filter((row) => row.review === 'finished').length
  const alarms = openAlarms(view).length
  const of = (number: number): string => `/ ${number}`
  return [
    { key: 'venues', label: t('host.figure.venues'), ...(over ? NOBODY : { value: String(online), unit: of(taken.length), tone: online < taken.length ? 'warn' : 'plain' }) },
    { key: 'seats', label: t('host.figure.seats'), ...(over ? NOBODY : { value: String(seated), unit: of(rows.length), tone: seated < rows.length ? 'warn' : 'plain' }) },
    { key: 'closed', label: t('host.figure.closed'), value: String(finished), unit: of(rows.length) },
    { key: 'todo', label: t('host.figure.todo'), value: String(todos), unit: t('host.figure.items'), tone: todos > 0 ? 'warn' : 'plain' },
    { key: 'alarms', label: t('host.figure.alarms'), value: String(alarms), unit: t('host.figure.pieces'), tone: alarms > 0 && !over ? 'bad' : 'plain' },
    record(view, records, t),
  ]
}

const inTouch = (row: SeatRow): boolean => row.member.checked_in && row.link !== 'lost'

function record(view: View, records: boolean, t: T): Figure {
  const figure = { key: 'record', label: t('host.figure.record'), word: true }
  if (view.recording?.lost) return { ...figure, value: t('host.figure.lost'), tone: 'bad', icon: 'alert' }
  if (view.recording?.gaps) return { ...figure, value: t('host.figure.gaps'), tone: 'warn', icon: 'alert' }
  if (!records) return { ...figure, value: t(view.phase.over ? 'host.figure.none' : 'host.figure.off'), tone: 'plain' }
  return { ...figure, value: t('host.figure.fine'), tone: 'ok', icon: 'check' }
}
