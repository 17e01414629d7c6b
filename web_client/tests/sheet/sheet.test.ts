import { describe, expect, it } from 'vitest'
import { checks, leads } from '@/components/sheet/closing'
import type { Draft } from '@/components/sheet/draft'
import { moved, nextMissing } from '@/components/sheet/moves'
import { keyOf, Sheet, type Pending, type Place } from '@/components/sheet/sheet'
import type { Criterion, SectionPart, View } from '@/session/shapes'

const item = (id: string, more: Partial<Criterion> = {}): Criterion => ({
  id, section: 's', title: id, kind: 'range', points: '10', interval: '0.5', values: [], deduction: null, objective: null, source: '', scored_by: 'all',
  clause: '', guidance: '', bands: [], reason_required: false, ...more,
})
const progress: SectionPart = { round: 1, checked: false, group_closed: false, revealed: 0, reopened: {} }
const CRITERIA = [
  item('t1', { interval: '0.1' }), item('t2', { interval: '0.1' }), item('eco', { scored_by: 'economic' }), item('read', { objective: 'from_structured_data', source: 'credit_score' }), item('t3'),
]

interface Given {
  section?: Partial<SectionPart>
  finished?: Record<string, boolean>
  cells?: Record<string, Record<string, string>>
  rejected?: string[]
  criteria?: Criterion[]
  pending?: Pending
}

function sheet({ section = {}, finished = { s: false }, cells = {}, rejected = [], criteria = CRITERIA, pending = new Map() }: Given = {}): Sheet {
  const bids = Object.fromEntries(['A', 'B', 'C'].map((id) => [id, { bidder: id, rejected: rejected.includes(id), credit_score: '7', data: {} }]))
  const rows = Object.fromEntries(
    Object.entries(cells).map(([bid, row]) => [
      bid, { revision: 1, cells: Object.fromEntries(Object.entries(row).map(([id, value]) => [id, { value, reason: '' }])) },
    ]),
  )
  const view = {
    phase: { name: 'detailed', chain: ['lead', 'detailed'] }, bids, ballot: { lead: 'm1' }, shared: { s: { B: { t2: '4' } } },
    tender: { sections: [{ id: 's', title: '技术', stage: 'detailed' }], criteria }, sections: { s: { ...progress, ...section } }, sheet: { s: rows },
    committee: {
      m1: { alias: '专家1号', seniority: 'expert', discipline: 'technical', finished },
      m2: { alias: '专家2号', seniority: 'expert', discipline: 'economic', finished: { s: true } },
    },
  } as unknown as View
  return new Sheet(view, 'm1', 'detailed', pending)
}
const at = (bid: string, criterion: string): Place => ({ bid, criterion })
const names = (places: Place[]): string[] => places.map(({ bid, criterion }) => bid + criterion)
const none = new Map<string, Draft>()

describe('a sheet', () => {
  it('is open where the reader scores, bid after bid', () => {
    expect(names(sheet().open())).toEqual(['At1', 'At2', 'At3', 'Bt1', 'Bt2', 'Bt3', 'Ct1', 'Ct2', 'Ct3'])
    const standing = (id: string): string => sheet().standing(at('A', id))
    expect([standing('t1'), standing('eco'), standing('read'), standing('?')]).toEqual(['open', 'foreign', 'structured', 'closed'])
    expect(sheet({ rejected: ['A'] }).standing(at('A', 't1'))).toBe('rejected')
  })

  it('is the same sheet while no cell shows anything else: on its way, arrived, whatever else is told', () => {
    const entry = { ...at('A', 't1'), value: '3', reason: '因' }
    const typed = sheet({ pending: new Map([[keyOf('A', 't1'), entry]]) })
    const view = typed.view
    const row = (value: string): View => ({ ...view, sheet: { s: { A: { revision: 1, cells: { t1: { value, reason: '因' } } } } } }) as unknown as View
    const shows = (now: View, pending: Pending): boolean => typed.shows(now, 'm1', 'detailed', pending)
    expect(shows(row('3'), typed.pending)).toBe(true)
    expect(shows(row('3'), new Map())).toBe(true)
    expect(shows({ ...view, speaking: null } as View, typed.pending)).toBe(true)
    expect(shows(row('4'), new Map())).toBe(false)
    expect(shows(view, new Map())).toBe(false)
    expect(shows(row('3'), new Map([[keyOf('B', 't2'), { ...entry, ...at('B', 't2') }]]))).toBe(false)
    expect(shows({ ...view, sections: { ...view.sections } } as View, typed.pending)).toBe(false)
    expect(typed.shows(view, 'm1', 'preliminary', typed.pending)).toBe(false)
  })

  it('puts cells into its own order, and leaves out what is none of it', () => {
    const typed = ['Ct1', 'At2', '?t1', 'A?', 'Bt3', 'At1'].map((name) => at(name[0]!, name.slice(1)))
    expect(names(sheet().inOrder(typed))).toEqual(['At1', 'At2', 'Bt3', 'Ct1'])
  })

  it('counts what is owed, bid by bid and in all, with what is on its way', () => {
    const pending: Pending = new Map([
      [keyOf('A', 't2'), { ...at('A', 't2'), value: '5' }],
      [keyOf('B', 't1'), { ...at('B', 't1'), value: null }],
    ])
    const one = sheet({ cells: { A: { t1: '3' }, B: { t1: '2' } }, pending, rejected: ['C'] })
    expect(one.progress('A')).toEqual({ done: 2, all: 3 })
    expect(one.progress('B')).toEqual({ done: 0, all: 3 })
    expect(one.progress('C')).toEqual({ done: 0, all: 0 })
    expect(one.progress('nobody')).toEqual({ done: 0, all: 0 })
    expect(one.progress()).toEqual({ done: 2, all: 6 })
    expect(names(one.missing())).toEqual(['At3', 'Bt1', 'Bt2', 'Bt3'])
    expect(names(one.missing('other'))).toEqual([])
  })

  it('adds up exactly, and says nothing while something is missing', () => {
    const one = sheet({ cells: { A: { t1: '0.1', t2: '0.2', t3: '9.5' }, B: { t1: '1' } } })
    expect([one.subtotal('A'), one.subtotal('B'), one.most]).toEqual(['9.8', null, '30'])
  })

  it('is shut when it is finished, and opens at the cells that the check gave back', () => {
    expect(sheet({ finished: { s: true } }).open()).toEqual([])
    expect(sheet({ finished: { s: true } }).progress().all).toBe(9)
    expect(sheet({ section: { group_closed: true } }).open()).toEqual([])
    const again = sheet({ section: { reopened: { B: ['t2'] } } })
    expect(names(again.open())).toEqual(['Bt2'])
    expect(again.standing(at('A', 't1'))).toBe('fixed')
    expect(again.shared(at('B', 't2'))).toBe('4')
    expect(again.structured(at('A', 'read'))).toBe('7')
  })
})

describe('the keys of a sheet', () => {
  it('lead down the items and across the bids, and past what is not one’s own', () => {
    const one = sheet({ rejected: ['B'] })
    expect(moved(one, at('A', 't2'), 'down')).toMatchObject(at('A', 't3'))
    expect(moved(one, at('A', 't3'), 'down')).toBeNull()
    expect(moved(one, at('A', 't1'), 'up')).toBeNull()
    expect(moved(one, at('A', 't1'), 'right')).toMatchObject(at('C', 't1'))
    expect(moved(one, at('A', 't1'), 'left')).toBeNull()
    expect(moved(one, at('A', 't3'), 'next')).toMatchObject(at('C', 't1'))
    expect(moved(one, at('C', 't1'), 'previous')).toMatchObject(at('A', 't3'))
    expect(moved(one, at('B', 't1'), 'down')).toBeNull()
  })

  it('lead to the next empty cell, from the beginning again after the last', () => {
    const one = sheet({ cells: { A: { t1: '1', t3: '1' }, B: { t1: '1', t2: '1', t3: '1' }, C: { t1: '1', t2: '1' } } })
    expect(nextMissing(one, null)).toMatchObject(at('A', 't2'))
    expect(nextMissing(one, at('A', 't2'))).toMatchObject(at('C', 't3'))
    expect(nextMissing(one, at('C', 't3'))).toMatchObject(at('A', 't2'))
    const last = sheet({ rejected: ['B', 'C'], cells: { A: { t1: '1', t3: '1' } } })
    expect(nextMissing(last, at('A', 't2'))).toBeNull()
  })
})

describe('the check before closing', () => {
  const row = { t1: '1', t2: '2', t3: '3' }
  const full = { A: row, B: row, C: row }

  it('lets close what is complete, and nothing else', () => {
    expect(checks(sheet({ cells: full }), none, new Map())[0]).toMatchObject({ mayClose: true, missing: [], faults: [], mine: true })
    expect(checks(sheet({ cells: { A: row } }), none, new Map())[0]?.mayClose).toBe(false)
  })

  it('names what is out of range or refused once, and holds back what is still on its way', () => {
    const drafts = new Map([[keyOf('A', 't1'), { value: '99', reason: '', evidence: null, fault: 'value_out_of_range' as const }]])
    const [faulty] = checks(sheet({ cells: { B: row, C: row } }), drafts, new Map([[keyOf('B', 't2'), 'refused']]))
    expect(names(faulty!.faults)).toEqual(['At1', 'Bt2'])
    expect(names(faulty!.missing)).toEqual(['At2', 'At3'])
    const [going] = checks(sheet({ cells: full }), none, new Map([[keyOf('A', 't1'), 'waiting']]))
    expect(going).toMatchObject({ mayClose: false, missing: [], faults: [] })
  })

  it('lets the lead close for the group when all have finished and the check is done', () => {
    const done = { cells: full, finished: { s: true } }
    expect(checks(sheet({ ...done, section: { checked: true } }), none, new Map())[0]).toMatchObject({ mayCloseGroup: true, waitingFor: [] })
    expect(checks(sheet(done), none, new Map())[0]?.mayCloseGroup).toBe(false)
    const [waiting] = checks(sheet({ cells: full, section: { checked: true } }), none, new Map())
    expect(waiting).toMatchObject({ mayCloseGroup: false, waitingFor: ['专家1号'] })
    expect([leads(sheet().view, 'm1'), leads(sheet().view, 'm2')]).toEqual([true, false])
  })
})
