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
  readonly #own: MemberPart | undefined

  constructor(
    readonly view: View,
    readonly member: string,
    readonly stage: Section['stage'],
    readonly pending: Pending,
  ) {
    const tender = view.tender
    this.bids = Object.entries(view.bids ?? {}).map(([id, bid]) => ({ id, bid }))
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
    return this.#openness(item, bid)
  }

  /** What stands in a cell: what is on its way before what the server has. */
  cell({ bid, criterion }: Place): CellPart | null {
    const waiting = this.pending.get(keyOf(bid, criterion))
    if (waiting !== undefined) return asCell(waiting)
    const section = this.#criteria.get(criterion)?.section ?? ''
    return this.view.sheet?.[section]?.[bid]?.cells[criterion] ?? null
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
    return this.#places().filter((place) => this.standing(place) === 'open')
  }

  /** Cells the reader owes and has not filled, in the order of the sheet; of one section, or of all. */
  missing(section?: string): Place[] {
    return this.#places(section).filter((place) => this.#owed(place) && this.cell(place) === null)
  }

  /** How many cells the reader has filled, of how many he owes; of one bid, or of all. */
  progress(bid?: string): { done: number; all: number } {
    const owed = this.#places().filter((one) => (bid === undefined || one.bid === bid) && this.#owed(one))
    return { done: owed.filter((one) => this.cell(one) !== null).length, all: owed.length }
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

  #owed(place: Place): boolean {
    const standing = this.standing(place)
    return standing === 'open' || standing === 'closed' || standing === 'fixed'
  }

  #places(section?: string): Place[] {
    const criteria = this.groups
      .filter((one) => section === undefined || one.section.id === section)
      .flatMap((one) => one.criteria)
    return this.bids.flatMap(({ id }) => criteria.map((item) => ({ bid: id, criterion: item.id })))
  }

  #group(section: string): Group | undefined {
    return this.groups.find((one) => one.section.id === section)
  }

  #openness(item: Criterion, bid: string): Standing {
    const progress = this.view.sections?.[item.section]
    if (progress === undefined || progress.group_closed) return 'closed'
    if (this.#own?.finished[item.section]) return 'closed'
    const reopened = Object.keys(progress.reopened).length > 0
    return reopened && !progress.reopened[bid]?.includes(item.id) ? 'fixed' : 'open'
  }
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
