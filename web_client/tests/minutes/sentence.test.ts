/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import { MATTERS, matterOf, toneOf, type MinutesLine } from '@/components/minutes/line'
import { alarmsIn, sentenceOf, type Say } from '@/components/minutes/sentence'
import { words } from '@/locales'
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

const line = (code: string, params: Record<string, unknown> = {}): MinutesLine => ({ at: 0, code, params })

describe.each(['zh-CN', 'en'] as const)('the minutes in %s', (language) => {
  it('have a whole sentence for every line that the server may tell', async () => {
    const say = await saying(language)
    expect(CODES.length).toBeGreaterThan(55)
    for (const { code, fields } of CODES) {
      const params = Object.fromEntries(fields.map((field) => [field, VALUES[field] ?? `‹${field}›`]))
      const told = sentenceOf(line(code, params), { say, view, alarms: new Map() })
      expect(told, code).not.toBe(code)
      expect(told, code).not.toMatch(/[{}]|minutes\.|trade\.|undefined|null/)
    }
  })

  it('name an alarm by what was found and where, on every line about it', async () => {
    const say = await saying(language)
    const alarms = alarmsIn([line('AlarmRaised', { alarm: 3, kind: 'frozen', source: 'seat.m2.camera' })], say, view)
    expect(sentenceOf(line('AlarmAcknowledged', { alarm: 3, role: 'witness' }), { say, view, alarms })).toContain('专家2号')
  })

  it('tell another sentence where the same event means another thing', async () => {
    const say = await saying(language)
    const told = (code: string, params: object): string => sentenceOf(line(code, { ...params }), { say, view, alarms: new Map() })
    expect(told('ReturnedToSeat', { member: 'm1', away_ms: 0 })).not.toBe(told('ReturnedToSeat', { member: 'm1', away_ms: 1000 }))
    expect(told('AlarmClosed', { alarm: 1, false: true, note: null })).not.toBe(told('AlarmClosed', { alarm: 1, false: false, note: null }))
    expect(told('SessionOpened', { rehearsal: true })).not.toBe(told('SessionOpened', { rehearsal: false }))
    expect(told('PauseRequestAnswered', { granted: false, reason: 'x' })).not.toBe(told('PauseRequestAnswered', { granted: true, reason: 'x' }))
  })
})

it('an event of a newer server stands by its name instead of being left out', async () => {
  expect(sentenceOf(line('CommitteeDined'), { say: await saying('en'), view, alarms: new Map() })).toBe('CommitteeDined')
})

it('every line has a matter it is filtered by and a mark', () => {
  for (const { code } of CODES) {
    expect(MATTERS).toContain(matterOf(code))
    expect(['ok', 'warn', 'bad', 'blue', 'plain']).toContain(toneOf(line(code)))
  }
  expect(toneOf(line('AlarmRaised', { level: 'critical' }))).toBe('bad')
})
