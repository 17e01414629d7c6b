import { beforeEach, describe, expect, it } from 'vitest'
import { appointmentsOf, emptyDraft, faultsOf, namesakes, slotsOf, stepOf, type Draft } from '@/components/admin/draft'
import { rulesOf } from '@/components/admin/policies'
import { mediaType, placeOf, type TenderFile } from '@/components/admin/tender'

const TENDER: TenderFile = {
  title: '路口改造', regime: 'works', lot: { id: '1', title: '一标段' },
  bids: [{ id: 'A', bidder: '甲' }], sections: [{ id: 't', title: '技术部分', stage: 'detailed' }], criteria: [],
  committee: [{ id: 'm1', alias: '专家1号', name: '王勤' }, { id: 'm2', alias: '专家2号' }],
  venues: [{ id: 'zh', title: '珠海', role: 'main' }, { id: 'zs', title: '中山', role: 'sub' }],
  seats: [{ workstation: '301-1', venue: 'zh', member: 'm1' }, { workstation: 'B-1', venue: 'zs', member: 'm2' }],
}

let draft: Draft
const keys = (): string[] => faultsOf(draft).map(({ step, key }) => `${step} ${key}`)

beforeEach(() => {
  draft = {
    ...emptyDraft(), id: 'n1', tender: TENDER, rehearsal: false,
    members: { m1: 'a1', m2: 'a2' }, officers: { agency_lead: ['a3'] },
  }
})

describe('a session being set up', () => {
  it('has no fault once everybody needed is there', () => {
    expect(keys()).toEqual([])
  })

  it('asks for a tender before anything else', () => {
    draft.tender = null
    expect(keys()).toEqual(['tender no_tender'])
  })

  it('names what a sound tender still lacks for a session', () => {
    draft.tender = { ...TENDER, venues: [], seats: [], regime: 'works_two_envelope' }
    expect(keys()).toEqual(['tender member_without_seat', 'tender no_main_venue', 'tender two_envelopes'])
  })

  it('asks for an account for each member, an agency lead, and whether it is real', () => {
    Object.assign(draft, { members: { m1: 'a1' }, officers: {}, rehearsal: null })
    expect(keys()).toEqual(['committee no_account', 'offices no_agency_lead', 'kind no_kind'])
  })

  it('lets nobody be two members', () => {
    draft.members['m2'] = 'a1'
    expect(faultsOf(draft)).toEqual([{ step: 'committee', key: 'account_twice', of: 'm2' }])
  })

  it('lets no member hold an office, and nobody hold offices at two places', () => {
    draft.officers['witness@zh'] = ['a2', 'a4']
    draft.officers['witness@zs'] = ['a4']
    expect(faultsOf(draft).map(({ of }) => of)).toEqual(['witness@zh', 'witness@zs'])
  })

  it('lets one person hold two offices of one place', () => {
    draft.officers['witness@zs'] = draft.officers['sub_venue_contact@zs'] = ['a4']
    expect(keys()).toEqual([])
    expect(appointmentsOf(draft)['a4']).toEqual({ roles: ['witness', 'sub_venue_contact'], venue: 'zs' })
  })

  it('keeps score sheets for drills', () => {
    draft.tender = { ...TENDER, sheets: {} }
    expect(keys()).toEqual(['kind sheets'])
    draft.rehearsal = true
    expect(keys()).toEqual([])
  })

  it('appoints members at the venue of their seats', () => {
    expect(appointmentsOf(draft)).toEqual({
      a1: { member: 'm1', venue: 'zh' },
      a2: { member: 'm2', venue: 'zs' },
      a3: { roles: ['agency_lead'], venue: null },
    })
  })

  it('wants a contact at sub-venues only', () => {
    const contacts = slotsOf(TENDER).filter(({ role }) => role === 'sub_venue_contact')
    expect(contacts.map(({ venue }) => venue)).toEqual(['zs'])
  })

  it('matches a member with the only usable account of his name', () => {
    const account = (id: string, name: string, disabled = false): { id: string; name: string; disabled: boolean } => ({ id, name, disabled })
    const accounts = [account('a1', '王勤'), account('a2', '专家2号'), account('a3', '专家2号'), account('a4', '王勤', true)]
    expect(namesakes(TENDER.committee ?? [], accounts)).toEqual({ m1: 'a1' })
  })

  it('shows a refusal at the step it is about', () => {
    expect(stepOf('no_agency_lead', undefined, draft)).toBe('offices')
    expect(stepOf('unknown_account', 'a1', draft)).toBe('committee')
    expect(stepOf('unknown_account', 'a3', draft)).toBe('offices')
    expect(stepOf('ledger_unavailable', undefined, draft)).toBe('review')
  })
})

describe('the rules of a tender', () => {
  it('come first where it names them, and follow the regime where it does not', () => {
    const policies = [{ name: 'lead_rounds', value: '5', source_clause: '第三章' }]
    const rules = rulesOf({ ...TENDER, policies })
    expect(rules[0]).toMatchObject({ name: 'lead_rounds', value: '5', clause: '第三章', given: true, word: false })
    const eligible = (regime: string): string | undefined =>
      rulesOf({ ...TENDER, regime }).find(({ name }) => name === 'lead_eligible')?.value
    expect([eligible('works'), eligible('government_procurement')]).toEqual(['all', 'experts'])
  })
})

describe('a file', () => {
  it('is a workbook unless it is named as JSON', () => {
    expect(mediaType('标书.JSON')).toBe('application/json')
    expect(mediaType('标书.xlsx')).toContain('spreadsheetml')
  })

  it('has faults at a sheet and a cell, at a sheet, or at a path', () => {
    expect(placeOf('委员会(密)!C4')).toEqual({ sheet: '委员会(密)', cell: 'C4' })
    expect(placeOf('bids[2].price')).toEqual({ sheet: 'bids[2].price', cell: '' })
    expect(placeOf('')).toEqual({ sheet: '', cell: '' })
  })
})
