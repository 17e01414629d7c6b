import { describe, expect, it } from 'vitest'
import { gateLines } from '@/components/room/gates'
import { seatRows, toConfirm, venueRows, type Around } from '@/components/room/rows'
import { todosOf } from '@/components/room/todos'
import type { AlarmPart, MemberPart, View } from '@/protocol/view'
import { barsOf } from '@/session/shapes-of-links'

const seated: MemberPart = {
  alias: '专家1号', name: null, seniority: 'expert', discipline: 'technical', venue: 'main', workstation: '201-1', checked_in: true, paired: true,
  identity: { method: 'seat', confirmed: false }, committed: true, recused: false, lead: false, reachable: true, finished: {}, signature: null,
}
const alarm: AlarmPart = {
  kind: 'frozen', level: 'warning', source: 'seat.m1.camera', member: 'm1', venue: 'main', at: 1000, stage: 'raised', asks: 'agency_lead',
  subsided: null, times: 1, snapshot: null, by: null, how: null,
}

function view(more: Partial<View> = {}, member: Partial<MemberPart> = {}): View {
  return {
    phase: { name: 'detailed', since: 0, revision: 1, chain: ['check_in', 'detailed'], over: false, ending: null },
    gate: [], venues: { sub: { title: '分中心', role: 'sub' }, main: { title: '中心', role: 'main' } },
    committee: { m1: { ...seated, ...member } }, sections: {}, alarms: {}, leaves: {}, workstations: {}, notices: {}, incidents: [], screens: {},
    speaking: { open: false, hands: [], muted: [], intercom: null }, pause: null, pause_request: null, more_time: { asked: [], due: null },
    results: null, ballot: null, ...more,
  } as unknown as View
}
const here: Around = { presence: { m1: 'online' }, links: {}, live: null }
const row = (of: View, presence: Around['presence'] = { m1: 'online' }) => seatRows(of, { ...here, presence })[0]!

describe('a seat in the matrix', () => {
  it('stands at its venue, the main venue first', () => {
    expect(venueRows(view(), { ...here, presence: {} }).map((venue) => [venue.id, venue.rows.length])).toEqual([['main', 1], ['sub', 0]])
  })

  it('does not claim that a device works which nobody has tried', () => {
    expect(row(view()).camera.state).toBe('unknown')
    const checked = { at: 1, checks: [{ what: 'camera' as const, outcome: 'ok' as const }] }
    expect(row(view({ workstations: { m1: { checked, cleared: null } } })).camera.state).toBe('ok')
  })

  it('says what comes from a device now, and of one from which nothing comes that it is silent', () => {
    const camera = (of: View, ...sources: string[]) => seatRows(of, { ...here, live: new Set(sources) })[0]!.camera.state
    expect(camera(view(), 'seat.m1.camera')).toBe('ok')
    expect(camera(view(), 'seat.m2.camera', 'seat.m1.screen')).toBe('silent')
    const failed = { at: 1, checks: [{ what: 'camera' as const, outcome: 'failed' as const }] }
    expect(camera(view({ workstations: { m1: { checked: failed, cleared: null } } }))).toBe('failed')
    expect(camera(view({ workstations: { m1: { checked: failed, cleared: null } } }), 'seat.m1.camera')).toBe('ok')
    expect(camera(view({ alarms: { 1: alarm } }), 'seat.m1.camera')).toBe('failed')
    expect(camera(view({}, { checked_in: false }), 'seat.m1.camera')).toBe('none')
  })

  it('shows an alarm while its condition lasts, and no longer', () => {
    expect(row(view({ alarms: { 1: alarm } }))).toMatchObject({ state: 'alarm', camera: { state: 'failed' } })
    expect(row(view({ alarms: { 1: { ...alarm, subsided: 2000 } } })).state).toBe('fine')
    expect(row(view({ alarms: { 1: { ...alarm, stage: 'closed' } } })).state).toBe('fine')
  })

  it('shows an alarm that is about no device, and nothing of the kind when all is over', () => {
    const second: AlarmPart = { ...alarm, kind: 'second_screen', source: 'seat.m1.screen' }
    expect(row(view({ alarms: { 1: second } }))).toMatchObject({ state: 'alarm', alarm: { kind: 'second_screen' }, camera: { state: 'unknown' } })
    expect(row(view({ alarms: { 1: { ...second, member: 'm2', source: 'seat.m2.screen' } } })).state).toBe('fine')
    const over = view({ alarms: { 1: second } })
    over.phase.over = true
    expect(row(over).state).toBe('over')
  })

  it('says since when its member is out, and that a lost link weighs more', () => {
    const leaves = { m1: { asked: 1, granted: 5000 } }
    expect(row(view({ leaves }))).toMatchObject({ state: 'away', out: 5000 })
    expect(row(view({ leaves }, { reachable: false })).state).toBe('lost')
  })

  it('says finished only when every section under review is, and nothing before there is one', () => {
    const sections = {
      a: { round: 1, checked: true, group_closed: true, revealed: 1, reopened: {} },
      b: { round: 1, checked: false, group_closed: false, revealed: 0, reopened: {} },
      c: { round: 1, checked: false, group_closed: false, revealed: 0, reopened: {} },
    }
    const review = (finished: Record<string, boolean>) => row(view({ sections }, { finished })).review
    expect(review({})).toBe('none')
    expect(review({ a: true, b: true, c: false })).toBe('open')
    expect(review({ a: true, b: true, c: true })).toBe('finished')
  })
})

describe('what waits for the agency', () => {
  const waits = (code: string, params: object = {}) => [{ code, met: false, params: { ...params } }]

  it('asks for an identity only where the gate waits for one who already sits there', () => {
    expect(toConfirm(view({ gate: waits('all_checked_in', { members: ['m1'] }) }))).toEqual(['m1'])
    expect(toConfirm(view({ gate: waits('all_checked_in', { members: ['m1'] }) }, { checked_in: false, identity: null }))).toEqual([])
    expect(toConfirm(view())).toEqual([])
  })

  it('puts a request to pause before everything else and marks what is only to be known', () => {
    const found = todosOf(view({ pause_request: { clause: 'c', reason: 'r', at: 3 }, alarms: { 1: alarm }, leaves: { m1: { asked: 1, granted: 2 } } }), 9)
    expect(found.map((todo) => [todo.kind, todo.now])).toEqual([['pause_request', true], ['alarm', true], ['out', false]])
  })

  it('gathers many alarms in one line, so that nothing else is hidden', () => {
    const alarms = Object.fromEntries([1, 2, 3, 4].map((number) => [number, { ...alarm, asks: number === 1 ? 'agency_lead' : 'witness' } as AlarmPart]))
    expect(todosOf(view({ alarms }), 9)).toMatchObject([{ kind: 'alarms', now: true, params: { count: 4, mine: 1 } }])
  })

  it('is nothing when the session is over', () => {
    const over = view({ alarms: { 1: alarm } })
    over.phase.over = true
    expect(todosOf(over, 9)).toEqual([])
  })

  it('counts the members that a condition still waits for', () => {
    const gate = waits('all_closed_personally', { section: 'b', members: ['m1'] })
    expect(gateLines(view({ gate }, { finished: { b: false } }))[0]).toMatchObject({ done: 0, of: 1, met: false, members: ['m1'] })
  })
})

describe('the link of a seat', () => {
  const linked = (rtt_ms: number, lost: number) => seatRows(view(), { ...here, links: { m1: { rtt_ms, lost, at: 0 } } })[0]!

  it('is shown as its page measures it', () => {
    expect(linked(38, 0)).toMatchObject({ link: 'online', linkNote: '38 ms' })
    expect(linked(38, 12)).toMatchObject({ link: 'online', linkNote: '38 ms · 1.2%' })
  })

  it('has fewer bars the slower and the worse it is', () => {
    const bars = (rtt_ms: number, lost = 0): number => barsOf({ rtt_ms, lost, at: 0 })
    expect([bars(38), bars(120), bars(38, 12), bars(260), bars(400), bars(38, 60)]).toEqual([4, 3, 3, 2, 1, 1])
  })

  it('is weak when a talk would suffer from it', () => {
    expect(linked(400, 0).link).toBe('weak')
    expect(linked(30, 83).link).toBe('weak')
  })
})
