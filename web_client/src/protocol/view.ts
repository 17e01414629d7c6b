import type { AlarmKind, AlarmLevel, AlarmStage, Phase, Role } from './generated/names'
import type {
  Aggregation,
  Bid,
  Condition,
  Criterion,
  DeviceCheck,
  Evidence,
  Opening,
  Policy,
  PriceRule,
  PriceScore,
  RecheckRequested,
  Result,
  Section,
  SectionScore,
  TieBreaker,
  Verdict,
} from './generated/session'

/** By an id. */
export type ById<Value> = Record<string, Value>

/** Whom a view is for. */
export interface Audience {
  member: string | null
  roles: Role[]
  venue: string | null
}

/** The whole state as far as its audience may see it; docs/session.md, View. Null is for somebody else. */
export interface View {
  session: SessionPart
  phase: PhasePart
  me: MePart
  pause: PausePart | null
  gate: Condition[] | null
  venues: ById<{ title: string; role: 'main' | 'sub' }> | null
  committee: ById<MemberPart> | null
  /** The aliases of those who sat there before a substitute came. */
  replaced: ById<string> | null
  offices: ById<{ roles: Role[]; venue: string | null }>
  tender: TenderPart | null
  bids: ById<BidPart> | null
  ballot: BallotPart | null
  vote: VotePart | null
  sections: ById<SectionPart> | null
  sheet: ById<ById<RowPart>> | null
  shared: ById<ById<ById<string>>> | null
  revealed: ById<ById<ById<ById<CellPart>>>> | null
  results: ResultsPart | null
  report: ReportPart | null
  remarks: { at: number; by: string; role: Role; text: string; member: string | null }[] | null
  incidents: { at: number; code: 'second_device'; member: string; venue: string }[] | null
  looks: number | null
  sources: ById<SourcePart> | null
  alarms: ById<AlarmPart> | null
  notices: ById<NoticePart> | null
  pause_request: { clause: string; reason: string; at: number } | null
  speaking: SpeakingPart | null
  workstations: ById<WorkstationPart> | null
  leaves: ById<LeavePart> | null
  more_time: { asked: string[]; due: number | null } | null
  screens: ById<{ clause: string; granted: boolean }> | null
  recording: { gaps: number | null; lost: string | null } | null
}

export interface SessionPart {
  id: string
  opened_at: number
  rehearsal: boolean
  regime: 'works' | 'works_two_envelope' | 'government_procurement'
  signing_key: { id: string; public: string }
  /** Null while this audience may not know what is evaluated. */
  title: string | null
  lot: { id: string; title: string } | null
  identifiers: ById<string>
}

export interface PhasePart {
  name: Phase
  since: number
  revision: number
  /** The phases of this session in their order. */
  chain: Phase[]
  over: boolean
  ending: string | null
}

export interface MePart {
  member: string | null
  roles: Role[]
  venue: string | null
  workstation: string | null
  seated: boolean
  committed: boolean
  recused: boolean
}

export interface PausePart {
  kind: 'supervision' | 'technical' | 'needs_explanation'
  reason: string
  document: string
  since: number
  overdue: boolean
}

export interface MemberPart {
  alias: string
  name: string | null
  seniority: 'expert' | 'procuring_entity_representative'
  discipline: 'technical' | 'economic'
  venue: string | null
  workstation: string | null
  checked_in: boolean
  paired: boolean | null
  identity: { method: string; confirmed: boolean } | null
  committed: boolean
  recused: boolean
  lead: boolean
  reachable: boolean
  /** Sections this member scores: finished or not. */
  finished: ById<boolean>
  signature: Signed | null
}

export type Signed = 'signed' | 'signed_with_dissent' | 'refused_with_text' | 'refused_silent'

export interface TenderPart {
  method: 'comprehensive' | 'lowest_evaluated' | 'lowest_price'
  category: 'works' | 'goods' | 'services'
  procuring_entity: string
  agent: string
  budget: string | null
  ceiling_price: string | null
  sections: Section[]
  criteria: Criterion[]
  aggregation: Aggregation
  price: PriceRule | null
  tie_breakers: TieBreaker[]
  candidates: number
  policies: Policy[]
  core_product: string
  opening_record: Opening | null
}

export type BidPart = Omit<Bid, 'fingerprints'> & { rejected: boolean }

export interface BallotPart {
  round: number
  candidates: string[]
  voted: string[]
  own: string | null
  tallies: ById<number>[]
  deadlocked: boolean
  lead: string | null
  start_requested: boolean
  start_approved: boolean
}

export interface VotePart {
  round: number
  open: boolean
  voted: string[]
  votes: ById<{ choice: 'continue' | 'reject_all'; reason: string }>
  outcome: 'continue' | 'reject_all' | 'tied' | null
}

export interface SectionPart {
  round: number
  checked: boolean
  group_closed: boolean
  revealed: number
  reopened: ById<string[]>
}

export interface RowPart {
  revision: number
  cells: ById<CellPart>
}

export interface CellPart {
  value: string
  reason: string
  evidence?: Evidence
}

export interface ResultsPart {
  verification: 'open' | 'accepted' | 'recheck' | 'refused'
  recheck: RecheckRequested | null
  prices_confirmed: string[]
  verdicts: ById<Verdict[]>
  scores: ById<SectionScore[]>
  abnormal: ById<string[]> | null
  prices: PriceScore[] | null
  result: Result | null
}

export interface ReportPart {
  sha256: string | null
  confirmed: ById<string[]>
  signatures: ById<{ state: Signed; at: number; text: string | null; by_hand: boolean }>
}

export interface SourcePart {
  kind: 'camera' | 'screen' | 'microphone'
  member: string
  venue: string
  /** The code of the rule by which this audience may not watch it now. */
  refused: string | null
}

export interface AlarmPart {
  kind: AlarmKind
  level: AlarmLevel
  source: string
  member: string | null
  venue: string | null
  at: number
  stage: AlarmStage
  /** The office whose attention it asks for now. */
  asks: Role
  subsided: number | null
  times: number
  snapshot: string | null
  by: string | null
  how: string | null
}

export interface NoticePart {
  kind: 'reminder' | 'written_notice' | 'announcement'
  text: string
  role: Role
  at: number
  members: string[]
  /** When each member confirmed. */
  confirmed: ById<number>
}

export interface SpeakingPart {
  open: boolean
  hands: string[]
  muted: string[]
  intercom: { member: string; since: number } | null
}

export interface WorkstationPart {
  /** How the seat's page found its devices; the last time counts. */
  checked: { at: number; checks: DeviceCheck[] } | null
  /** When its page had removed everything, after the end. */
  cleared: number | null
}

export interface LeavePart {
  asked: number
  /** Since when he is out; null while he waits for an answer. */
  granted: number | null
}
