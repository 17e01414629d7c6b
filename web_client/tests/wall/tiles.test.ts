import { describe, expect, it } from 'vitest'
import { lookOf, type LivePicture } from '@/components/tiles/picture'
import { openAlarms, tilesOf, type Around } from '@/components/tiles/tiles'
import type { AlarmPart, View } from '@/session/shapes'

const alarm = (more: Partial<AlarmPart>): AlarmPart => ({
  kind: 'frozen', level: 'warning', source: 'seat.m1.camera', member: 'm1', venue: 'v', at: 0, stage: 'raised', asks: 'witness',
  subsided: null, times: 1, snapshot: null, by: null, how: null, ...more,
})
const source = (kind: 'camera' | 'screen', refused: string | null = null) => ({ kind, member: 'm1', venue: 'v', refused })

function view(more: object = {}): View {
  return {
    venues: { v: { title: '中心', role: 'main' } },
    committee: { m1: { alias: '专家1号', workstation: '301-1', venue: 'v', checked_in: true, reachable: true, lead: false } },
    sources: { 'seat.m1.camera': source('camera'), 'seat.m1.screen': source('screen', 'screen_sealed') },
    alarms: {}, leaves: {}, screens: {}, ...more,
  } as unknown as View
}
const around: Around = {
  cameras: ['venue.v.camera.1'], listed: new Set(['seat.m1.camera', 'venue.v.camera.1']), live: null, records: true, now: 60_000,
  t: (key, params) => (params ? `${key} ${JSON.stringify(params)}` : key),
}
const of = (more: object, name: string) => tilesOf(view(more), around).find((one) => one.source === name)!

describe('the tiles of a wall', () => {
  it('stand venue by venue: rooms, seats, screens', () => {
    expect(tilesOf(view(), around).map((one) => one.source)).toEqual(['venue.v.camera.1', 'seat.m1.camera', 'seat.m1.screen'])
  })

  it('cover a sealed screen', () => {
    expect(of({}, 'seat.m1.screen').state).toBe('sealed')
  })

  it('say of a sealed screen that it is recorded only while something comes from it', () => {
    const screen = (...live: string[]) => tilesOf(view(), { ...around, live: new Set(live) }).find((one) => one.source === 'seat.m1.screen')!
    expect(screen('seat.m1.screen')).toMatchObject({ state: 'sealed', note: undefined })
    expect(screen('seat.m1.camera')).toMatchObject({ state: 'sealed', note: 'wall.sealed_silent' })
  })

  it('say of a sealed screen that it is not recorded where nothing is', () => {
    const screen = (...live: string[]) => tilesOf(view(), { ...around, records: false, live: new Set(live) }).find((one) => one.source === 'seat.m1.screen')!
    expect(screen('seat.m1.screen').note).toBe('wall.sealed_unrecorded')
    expect(screen().note).toBe('wall.sealed_silent')
  })

  it('say who has stepped out, and for how long', () => {
    expect(of({ leaves: { m1: { asked: 0, granted: 0 } } }, 'seat.m1.camera')).toMatchObject({ state: 'away', note: 'wall.away {"time":"01:00"}' })
  })

  it('mark an alarm, and say when it is over', () => {
    expect(of({ alarms: { 3: alarm({}) } }, 'seat.m1.camera')).toMatchObject({ state: 'alarm', alarm: 3 })
    expect(of({ alarms: { 3: alarm({ subsided: 5 }) } }, 'seat.m1.camera').state).toBe('weak')
  })
})

describe('open alarms', () => {
  it('come gravest first, taken ones last, closed ones not at all', () => {
    const known = { 1: alarm({}), 2: alarm({ level: 'critical' }), 3: alarm({ level: 'critical', stage: 'acknowledged' }), 4: alarm({ stage: 'false' }) }
    expect(openAlarms(known).map(([number]) => number)).toEqual([2, 1, 3])
  })
})

describe('the look of a tile', () => {
  const picture = (state: LivePicture['status']['state'], code: string | null = null): LivePicture => ({
    status: { state, code, fps: 0, delayMs: null, lowered: false, since: null }, on: 'video', show: () => () => undefined,
  })

  it('covers what the rules seal, whatever comes', () => {
    expect(lookOf('sealed', picture('live'))).toBe('sealed')
    expect(lookOf(undefined, picture('refused', 'screen_sealed'))).toBe('sealed')
    expect(lookOf('live', picture('refused', 'wrong_role'))).toBe('forbidden')
  })

  it('says that nothing comes before it says how the seat is', () => {
    expect(lookOf('alarm', picture('lost'))).toBe('lost')
    expect(lookOf('alarm', picture('live'))).toBe('alarm')
  })

  it('does not call lost what has never been there, unless an alarm does', () => {
    expect(lookOf(undefined, picture('lost', 'not_live'))).toBe('off')
    expect(lookOf('alarm', picture('lost', 'not_live'))).toBe('lost')
    expect(lookOf(undefined, picture('lost', 'closed'))).toBe('lost')
  })
})
