import { sum } from '@/session/decimal'
import type { BidPart, CellEntry, CellPart, Criterion, MemberPart, Section, View } from '@/session/shapes'
import { fullMark, pointsOf } from './values'

/** One cell: an item of a bid. */
export interface Place {
  bid: string
  criterion: string
}

/**
 * What a cell is to its reader: `open` to fill; `closed` until or since its section is; `foreign` for
 * others to score; `structured` read by the server; `rejected` no longer evaluated; `fixed` because
 * the check re-opened other cells only.
 */
export type Standing = 'open' | 'closed' | 'foreign' | 'structured' | 'rejected' | 'fixed'

export interface Group {
  section: Section
  criteria: Criterion[]
  /** The points of the whole section; null where nothing gives points. */
  points: string | null
}

export const keyOf = (bid: string, criterion: string): string => `${bid}\u0000${criterion}`

/** The cell that a key names. */
export function placeOf(key: string): Place {
  const [bid = '', criterion = ''] = key.split('\u0000')
  return { bid, criterion }
}

/** The id of the field of a cell in the page. */
export const fieldOf = ({ bid, criterion }: Place): string => `score-${criterion}-${bid}`

/** Entries that the server does not have yet, the newest of each cell, by `keyOf`. */
export type Pending = ReadonlyMap<string, CellEntry>

/** Whether the tender puts an item to a member. */
export function scores(member: MemberPart, criterion: Criterion): boolean {
  if (criterion.objective === 'from_structured_data') return false
  if (criterion.scored_by === 'all') return true
  if (criterion.scored_by === 'experts') return member.seniority === 'expert'
  return member.discipline === criterion.scored_by
}

/** One's own sheet of a stage, as the view has it and with what is still on its way. */
export class Sheet {
  readonly groups: Group[]
  readonly bids: { id: string; bid: BidPart }[]
  readonly #criteria: Map<string, Criterion>
  readonly #order: Map<string, number>
  readonly #own: MemberPart | undefined
  /** Each cell of the sheet, looked at once: a sheet is made anew whenever anything in it changes. */
  #looked: Looked[] | null = null
  #openness = new Map<string, 'open' | 'closed' | 'reopened'>()

  constructor(
    readonly view: View,
    readonly member: string,
    readonly stage: Section['stage'],
    readonly pending: Pending,
  ) {
    const tender = view.tender
    this.bids = Object.entries(view.bids ?? {}).map(([id, bid]) => ({ id, bid }))
    this.#order = new Map(this.bids.map(({ id }, at) => [id, at]))
    this.#own = view.committee?.[member]
    this.groups = (tender?.sections ?? [])
      .filter((section) => section.stage === stage)
      .map((section) => group(section, tender?.criteria ?? []))
    const all = this.groups.flatMap((one) => one.criteria)
    this.#criteria = new Map(all.map((one) => [one.id, one]))
  }

  criterion(id: string): Criterion | undefined {
    return this.#criteria.get(id)
  }

  /** Whether any item of the section is the reader's to score. */
  mine(section: string): boolean {
    return this.#group(section)?.criteria.some((one) => this.scored(one)) ?? false
  }

  scored(criterion: Criterion): boolean {
    return this.#own !== undefined && scores(this.#own, criterion)
  }

  standing({ bid, criterion }: Place): Standing {
    const item = this.#criteria.get(criterion)
    if (item === undefined) return 'closed'
    if (this.view.bids?.[bid]?.rejected) return 'rejected'
    if (item.objective === 'from_structured_data') return 'structured'
    if (!this.scored(item)) return 'foreign'
    return this.#standingOfOwn(item, bid)
  }

  /** What stands in a cell: what is on its way before what the server has. */
  cell(place: Place): CellPart | null {
    return this.#cellIn(place, this.view, this.pending)
  }

  /** Whether a newer view, with what is on its way then, shows the same in every cell: most of what is told does. */
  shows(view: View, member: string, stage: Section['stage'], pending: Pending): boolean {
    const alike =
      member === this.member && stage === this.stage && view.phase.chain === this.view.phase.chain && PARTS.every((part) => view[part] === this.view[part])
    return alike && this.#touched(view, pending).every((place) => sameCell(this.cell(place), this.#cellIn(place, view, pending)))
  }

  /** The value that another scorer has entered for all to confirm. */
  shared({ bid, criterion }: Place): string | null {
    const section = this.#criteria.get(criterion)?.section ?? ''
    return this.view.shared?.[section]?.[bid]?.[criterion] ?? null
  }

  /** What the server reads from the bid's own data. */
  structured({ bid, criterion }: Place): string | null {
    const source = this.#criteria.get(criterion)?.source ?? ''
    const part = this.view.bids?.[bid]
    return (source === 'credit_score' ? part?.credit_score : part?.data[source]) ?? null
  }

  /** Every cell the reader may fill now, bid after bid. */
  open(): Place[] {
    return this.#cells().filter((one) => one.standing === 'open')
  }

  /** Cells the reader owes and has not filled, in the order of the sheet; of one section, or of all. */
  missing(section?: string): Place[] {
    return this.#cells().filter((one) => one.owed && !one.filled && (section === undefined || one.section === section))
  }

  /** How many cells the reader has filled, of how many he owes; of one bid, or of all. */
  progress(bid?: string): { done: number; all: number } {
    const owed = this.#cellsOf(bid).filter((one) => one.owed)
    return { done: owed.filter((one) => one.filled).length, all: owed.length }
  }

  /** These cells as the sheet has them, bid after bid; what is none of it is left out. */
  inOrder(places: readonly Place[]): Place[] {
    const items = [...this.#criteria.keys()]
    const orderOf = ({ bid, criterion }: Place): number => (this.#order.get(bid) ?? -1) * items.length + items.indexOf(criterion)
    const known = places.filter(({ bid, criterion }) => this.#order.has(bid) && this.#criteria.has(criterion))
    return known.sort((one, other) => orderOf(one) - orderOf(other))
  }

  /** The reader's own points of a bid; null while something is missing. */
  subtotal(bid: string): string | null {
    const points = this.#scoredItems().map((item) => {
      const cell = this.cell({ bid, criterion: item.id })
      return cell === null ? null : pointsOf(item, cell.value)
    })
    return points.includes(null) ? null : sum(points as string[])
  }

  /** The most that the reader's own points can be; null where he gives none. */
  get most(): string | null {
    const marks = this.#scoredItems().map((item) => fullMark(item) ?? '0')
    return marks.length === 0 ? null : sum(marks)
  }

  #scoredItems(): Criterion[] {
    const all = this.groups.flatMap((one) => one.criteria)
    return all.filter((item) => item.kind !== 'pass_fail' && this.scored(item))
  }

  #cells(): Looked[] {
    this.#looked ??= this.bids.flatMap(({ id }) => [...this.#criteria.values()].map((item) => this.#look(id, item)))
    return this.#looked
  }

  /** The cells stand bid after bid, as many in each. */
  #cellsOf(bid?: string): Looked[] {
    if (bid === undefined) return this.#cells()
    const each = this.#criteria.size
    const at = this.#order.get(bid)
    return at === undefined ? [] : this.#cells().slice(at * each, (at + 1) * each)
  }

  #look(bid: string, item: Criterion): Looked {
    const place = { bid, criterion: item.id }
    const standing = this.standing(place)
    const owed = standing === 'open' || standing === 'closed' || standing === 'fixed'
    return { ...place, section: item.section, standing, owed, filled: owed && this.cell(place) !== null }
  }

  #cellIn({ bid, criterion }: Place, view: View, pending: Pending): CellPart | null {
    const waiting = pending.size === 0 ? undefined : pending.get(keyOf(bid, criterion))
    if (waiting !== undefined) return asCell(waiting)
    const section = this.#criteria.get(criterion)?.section ?? ''
    return view.sheet?.[section]?.[bid]?.cells[criterion] ?? null
  }

  /** The cells that may be different then: a part of a view that is the same object has not changed. */
  #touched(view: View, pending: Pending): Place[] {
    const waiting = pending === this.pending ? [] : [...this.pending.values(), ...pending.values()]
    const rows = changed(this.view.sheet, view.sheet).flatMap(([before, after]) => changed(before, after))
    return [...waiting, ...rows.flatMap(([before, after, bid]) => Object.keys({ ...before?.cells, ...after?.cells }).map((criterion) => ({ bid, criterion })))]
  }

  #group(section: string): Group | undefined {
    return this.groups.find((one) => one.section.id === section)
  }

  #standingOfOwn(item: Criterion, bid: string): Standing {
    const found = this.#openness.get(item.section) ?? this.#opennessOf(item.section)
    this.#openness.set(item.section, found)
    if (found !== 'reopened') return found
    return this.view.sections?.[item.section]?.reopened[bid]?.includes(item.id) ? 'open' : 'fixed'
  }

  #opennessOf(section: string): 'open' | 'closed' | 'reopened' {
    const progress = this.view.sections?.[section]
    if (progress === undefined || progress.group_closed || this.#own?.finished[section]) return 'closed'
    return Object.keys(progress.reopened).length > 0 ? 'reopened' : 'open'
  }
}

// What a sheet shows beside its cells.
const PARTS = ['tender', 'bids', 'committee', 'sections', 'shared', 'ballot'] as const

type ById<Value> = Readonly<Record<string, Value>> | null | undefined

/** What is not the same object in both, with its key. */
function changed<Value>(before: ById<Value>, after: ById<Value>): [Value | undefined, Value | undefined, string][] {
  if (before === after) return []
  return Object.keys({ ...before, ...after })
    .filter((key) => before?.[key] !== after?.[key])
    .map((key) => [before?.[key], after?.[key], key])
}

function sameCell(one: CellPart | null, other: CellPart | null): boolean {
  if (one === other || one === null || other === null) return one === other
  const same = one.value === other.value && one.reason === other.reason
  return same && JSON.stringify(one.evidence ?? null) === JSON.stringify(other.evidence ?? null)
}

/** A cell as it is to its reader. */
interface Looked extends Place {
  section: string
  standing: Standing
  owed: boolean
  filled: boolean
}

function group(section: Section, criteria: readonly Criterion[]): Group {
  const own = criteria.filter((item) => item.section === section.id)
  const marks = own.map(fullMark).filter((mark) => mark !== null)
  return { section, criteria: own, points: marks.length === 0 ? null : sum(marks) }
}

function asCell(entry: CellEntry): CellPart | null {
  if (entry.value === null) return null
  const cell: CellPart = { value: entry.value, reason: entry.reason ?? '' }
  return entry.evidence ? { ...cell, evidence: entry.evidence } : cell
}
