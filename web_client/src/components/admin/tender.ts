/** A stored tender as its file says it: what these pages read of it. */
export interface TenderFile {
  title: string
  regime: string
  method?: string
  category?: string
  procuring_entity?: string
  agent?: string
  region?: string
  identifiers?: Record<string, string>
  budget?: string | null
  ceiling_price?: string | null
  lot: { id: string; title: string }
  bids: TenderBid[]
  sections: { id: string; title: string; stage: string }[]
  criteria: TenderCriterion[]
  committee?: TenderMember[]
  venues?: TenderVenue[]
  seats?: TenderSeat[]
  policies?: TenderPolicy[]
  sheets?: unknown
  price?: { points: string; visible?: string } | null
  notes?: string
}

export interface TenderBid {
  id: string
  bidder: string
  price?: string | null
  documents?: { id: string; title: string; sha256: string }[]
}

export interface TenderCriterion {
  id: string
  section: string
  title: string
  kind: string
  points?: string | null
  clause?: string
}

export interface TenderMember {
  id: string
  alias: string
  name?: string
  seniority?: string
  discipline?: string
}

export interface TenderVenue {
  id: string
  title: string
  role?: string
}

export interface TenderSeat {
  workstation: string
  venue: string
  member: string
}

export interface TenderPolicy {
  name: string
  value: string
  source_clause?: string
  effective_from?: string
}

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** What a file is said to be when it is sent: by its name, because browsers differ about spreadsheets. */
export function mediaType(name: string): string {
  return /\.json$/i.test(name) ? 'application/json' : XLSX
}

/** `投标人!C4` is a sheet and a cell; `bids[2].price` and `投标人` are places as a whole. */
export function placeOf(path: string): { sheet: string; cell: string } {
  const at = path.lastIndexOf('!')
  return at < 0 ? { sheet: path, cell: '' } : { sheet: path.slice(0, at), cell: path.slice(at + 1) }
}
