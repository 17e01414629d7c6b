/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import { MATTERS, matterOf, toneOf, type MinutesLine } from '@/components/minutes/line'
import { alarmsIn, sectionsIn, sentenceOf, type Names, type Say } from '@/components/minutes/sentence'
import { words } from '@/locales'
import { ALARM_KINDS } from '@/protocol/generated/names'
import type { View } from '@/protocol/view'

// The table of docs/session.md is made from the server's own; the fifth bar closes the minutes column.
const LEDGER = readFileSync('../docs/session.md', 'utf8').split('## Ledger')[1] ?? ''
const CODES = [...LEDGER.matchAll(/^\| `(\w+)` \| .* \| (everyone|watchers|guards|inspectors)(?:: ([\w, ]+))? \| /gm)].map((row) => ({
  code: row[1]!,
  fields: row[3]?.split(', ') ?? [],
}))

const view = {
  session: { regime: 'works' },
  committee: { m1: { alias: '专家1号' }, m2: { alias: '专家2号' } },
  replaced: { m9: '专家9号' },
  venues: { v1: { title: '临江市分中心', role: 'sub' } },
  tender: { sections: [{ id: 'technical', title: '技术标', stage: 'detailed' }] },
} as unknown as View

const VALUES: Record<string, unknown> = {
  member: 'm1', members: ['m1'], candidates: ['m1', 'm2'], votes: { m1: 2 }, section: 'technical', phase: 'detailed', role: 'witness',
  roles: ['witness'], venue: 'v1', alarm: 3, source: 'seat.m2.camera', kind: 'frozen', level: 'warning', begun: 1000, ended: 61_000,
  cells: [['b1', 'c1']], looks: [{}], segments: [{}, {}], checks: [{ what: 'camera', outcome: 'failed' }], rehearsal: false, granted: true,
  false: false, round: 1, away_ms: 65_000, ms: 65_000, sha256: 'ab'.repeat(32), ground: 'kinship', by: 'ballot', to: 'supervisor',
}

async function saying(language: 'zh-CN' | 'en'): Promise<Say> {
  const { t, te } = createI18n({ legacy: false, locale: language, messages: { [language]: (await words(language)) as never } }).global
  return { t: (key, params) => (t as (key: string, params: object) => string)(key, params ?? {}), te: te as (key: string) => boolean }
}

const namesOf = (say: Say, more: Partial<Names> = {}): Names => ({ say, view, alarms: new Map(), sections: new Map(), officers: {}, ...more })
const line = (code: string, params: Record<string, unknown> = {}): MinutesLine => ({ at: 0, code, params })

describe.each(['zh-CN', 'en'] as const)('the minutes in %s', (language) => {
  it('have a whole sentence for every line that the server may tell', async () => {
    const say = await saying(language)
    expect(CODES.length).toBeGreaterThan(55)
    for (const { code, fields } of CODES) {
      const params = Object.fromEntries(fields.map((field) => [field, VALUES[field] ?? `‹${field}›`]))
      const told = sentenceOf(line(code, params), namesOf(say))
      expect(told, code).not.toBe(code)
      expect(told, code).not.toMatch(/[{}]|minutes\.|trade\.|undefined|null/)
    }
  })

  it('name a member who was replaced as before', async () => {
    const told = sentenceOf(line('CheckedIn', { member: 'm9', workstation: '1' }), namesOf(await saying(language)))
    expect(told).toContain('专家9号')
  })

  it('have words for every kind of alarm, and for why a call ended or a recording has a hole', async () => {
    const { te } = await saying(language)
    for (const kind of ALARM_KINDS) expect(te(`minutes.alarm.${kind}`), kind).toBe(true)
    for (const cause of ['caller_gone', 'seat_gone', 'over']) expect(te(`minutes.hung_up.${cause}`), cause).toBe(true)
    for (const cause of ['disk_full', 'write_failed', 'overload', 'crash', 'closed', 'failed', 'silent', 'elsewhere', 'restart']) expect(te(`minutes.cause.${cause}`), cause).toBe(true)
  })

  it('name an alarm by what was found and where, on every line about it', async () => {
    const say = await saying(language)
    const alarms = alarmsIn([line('AlarmRaised', { alarm: 3, kind: 'frozen', source: 'seat.m2.camera' })], say, view)
    expect(sentenceOf(line('AlarmAcknowledged', { alarm: 3, role: 'witness' }), namesOf(say, { alarms }))).toContain('专家2号')
  })

  it('tell another sentence where the same event means another thing', async () => {
    const say = await saying(language)
    const told = (code: string, params: object): string => sentenceOf(line(code, { ...params }), namesOf(say))
    expect(told('ReturnedToSeat', { member: 'm1', away_ms: 0 })).not.toBe(told('ReturnedToSeat', { member: 'm1', away_ms: 1000 }))
    expect(told('AlarmClosed', { alarm: 1, false: true, note: null })).not.toBe(told('AlarmClosed', { alarm: 1, false: false, note: null }))
    expect(told('SessionOpened', { rehearsal: true })).not.toBe(told('SessionOpened', { rehearsal: false }))
    expect(told('PauseRequestAnswered', { granted: false, reason: 'x' })).not.toBe(told('PauseRequestAnswered', { granted: true, reason: 'x' }))
  })
})

it('say whose act it was to those who are told, by name where one may know it', async () => {
  const say = await saying('zh-CN')
  const paused = line('Paused', { kind: 'supervision', reason: '第四十八条', by: 'a1' })
  expect(sentenceOf(paused, namesOf(say, { officers: { a1: '沈岚' } }))).toMatch(/（沈岚）$/)
  expect(sentenceOf(paused, namesOf(say))).toMatch(/（账号 a1）$/)
  expect(sentenceOf(line('LeadElected', { member: 'm1', by: 'ballot' }), namesOf(say))).not.toContain('账号')
})

it('name sections by their phase to those who may not read the tender', async () => {
  const opened = (section: string): MinutesLine => line('SectionOpened', { section, round: 1 })
  const lines = [line('PhaseOpened', { phase: 'preliminary' }), opened('q'), line('PhaseOpened', { phase: 'detailed' }), opened('a'), opened('b'), opened('a')]
  const sealed = { ...view, tender: null, sections: {} } as unknown as View
  const names = namesOf(await saying('zh-CN'), { view: sealed, sections: sectionsIn(lines) })
  const told = (section: string): string => sentenceOf(line('GroupClosed', { section }), names)
  expect(['q', 'a', 'b'].map(told)).toEqual(['「初步评审」小组评审结束', '「详细评审第1部分」小组评审结束', '「详细评审第2部分」小组评审结束'])
})

it('an event of a newer server stands by its name instead of being left out', async () => {
  expect(sentenceOf(line('CommitteeDined'), namesOf(await saying('en')))).toBe('CommitteeDined')
})

it('every line has a matter it is filtered by and a mark', () => {
  for (const { code } of CODES) {
    expect(MATTERS).toContain(matterOf(code))
    expect(['ok', 'warn', 'bad', 'blue', 'plain']).toContain(toneOf(line(code)))
  }
  expect(toneOf(line('AlarmRaised', { level: 'critical' }))).toBe('bad')
})
