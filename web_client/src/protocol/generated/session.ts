// Made from the server's own types by `python -m tests.generated`; not to be edited.

/** Rates below which a price must be explained (异常低价审查). Source: 财库 2026 年 2 号, in force from 2026-02-01. */
export interface AbnormalPrice {
  of_mean: string
  of_next_lowest: string
  of_ceiling: string
}

/** How the members' scores become one (评分汇总办法); the choice changes winners. */
export interface Aggregation {
  method: 'mean' | 'median' | 'trimmed_mean'
  trim_each_side: number
  min_members_to_trim: number
  level: 'grand_total' | 'item' | 'section_total'
  round_at: ('item' | 'section' | 'total')[]
  places: number
}

/** A named part of a range without gaps between neighbours: 优 13≤x≤15, 良 10≤x<13. */
export interface Band {
  label: string
  low: string
  high: string
  includes_high: boolean
}

/** 评标基准价: when it is fixed and what it is made from. */
export interface Benchmark {
  fixed_at: 'after_preliminary' | 'opening' | 'price_phase'
  basis: string
  not_in_benchmark: string[]
}

/** 投标文件: one bidder's offer for the lot. `price` is the original one; nothing changes it. */
export interface Bid {
  id: string
  bidder: string
  price: string | null
  uscc: string
  consortium: Partner[]
  size: 'large' | 'medium' | 'micro' | 'small' | null
  manufacturer_size: 'large' | 'medium' | 'micro' | 'small' | null
  domestic_ratio: string | null
  brand: string
  deductions: Deduction[]
  fingerprints: Record<string, string>
  credit_score: string | null
  file_hash: string
  data: Record<string, string>
  documents: Document[]
}

/** One cell as its author fills it; `value` null empties it. */
export interface CellEntry {
  bid: string
  criterion: string
  value: string | null
  reason?: string
  evidence?: Evidence | null
}

/** One price preference of a bid and whether it counted; `reason` says why not. */
export interface Claim {
  basis: 'consortium' | 'domestic' | 'other' | 'small_micro' | 'subcontract'
  rate: string
  counted: boolean
  reason: '' | 'no_foreign_competitor' | 'reserved_for_small'
}

/** One line of a gate: met or not, and what is still missing (「本条为何未通过」). */
export interface Condition {
  code: string
  met: boolean
  params: Record<string, unknown>
}

/** 评审因素: one item every scorer fills for every bid. - `pass_fail`: value `pass` or `fail`. - `range`: points in [0, `points`], on the grid of `interval` if one is given. - `fixed`: one of `values`. - `deduction`: value `apply` or `none`; `apply` costs `deduction` points of `points`. - `deduction_range`: points taken off, in [0, `points`], on the grid of `interval`. `objective` makes the item equal for all scorers, never averaged. With `from_structured_data` the server reads `bids[].data[source]` (or `credit_score`) and nobody types it. */
export interface Criterion {
  id: string
  section: string
  title: string
  kind: 'deduction' | 'deduction_range' | 'fixed' | 'pass_fail' | 'range'
  points: string | null
  interval: string | null
  values: string[]
  deduction: string | null
  objective: 'each_then_match' | 'from_structured_data' | 'one_enters_all_confirm' | null
  source: string
  scored_by: 'all' | 'economic' | 'experts' | 'technical'
  clause: string
  guidance: string
  bands: Band[]
  reason_required: boolean
}

/** One price preference a bid claims (价格扣除): `rate` 0.10 is ten per cent of the price. */
export interface Deduction {
  basis: 'consortium' | 'domestic' | 'other' | 'small_micro' | 'subcontract'
  rate: string
  evidence: string
}

/** One thing that was tried, how it came out, and in a few words what was found. */
export interface DeviceCheck {
  what: 'camera' | 'clock' | 'identity' | 'microphone' | 'network' | 'screen' | 'speaker'
  outcome: 'failed' | 'ok' | 'poor' | 'skipped'
  note?: string
}

/** A file of a bid, named by its SHA-256; `section` seals it until that stage opens. */
export interface Document {
  id: string
  title: string
  sha256: string
  pages: number | null
  section: string | null
}

/** Bids of one brand that nothing tells apart: which may be recommended must be drawn. */
export interface Draw {
  brand: string
  bids: string[]
}

/** A place in a bid: document, page from 1, rectangle as left, top, right, bottom in thousandths of the page. */
export interface Evidence {
  document: string
  page: number
  rectangle?: [number, number, number, number] | null
}

/** Points of one item: averaged, common to all (objective), or voted (deduction). */
export interface ItemScore {
  criterion: string
  basis: 'averaged' | 'common' | 'voted'
  points: string
  exact: string
}

/** What the scorers of one pass/fail item decided; an objective item's one value counts once. */
export interface ItemVerdict {
  criterion: string
  passed: boolean
  passes: number
  fails: number
}

/** Somebody opened a document (or a sheet, a seat) at this time, or had a source before him from then on `until`. */
export interface Look {
  principal: string
  what: string
  at: number
  until?: number | null
}

/** A member of the committee. `alias` is what others see (专家1号); the name stays secret. `identifiers` are pairs of scheme and text, such as 专家编号; never for a screen. */
export interface Member {
  id: string
  alias: string
  name?: string
  seniority?: 'expert' | 'procuring_entity_representative'
  discipline?: 'economic' | 'technical'
  identifiers?: Record<string, string>
}

/** 开标记录, imported: prices read out, parameters drawn, a benchmark if it was fixed there. */
export interface Opening {
  at: string
  prices: Record<string, string>
  draws: Record<string, string>
  benchmark: string | null
}

/** A member of a consortium and its share of the contract as a fraction. */
export interface Partner {
  name: string
  uscc: string
  share: string | null
  size: 'large' | 'medium' | 'micro' | 'small' | null
}

/** A rule that differs by place: name, value, the clause it rests on, the day it holds from. */
export interface Policy {
  name: string
  value: string
  source_clause: string
  effective_from: string
}

/** The price score: `points` is its full mark. */
export interface PriceRule {
  points: string
  family: 'lowest_first'
  visible: 'at_opening' | 'hidden_until_technical_closed' | 'second_opening'
  places: number
  evaluated_price_places: number
  benchmark: Benchmark
  abnormal: AbnormalPrice
}

/** Price points of a bid; the evaluated price only earns them, the original one is paid. */
export interface PriceScore {
  bid: string
  original: string
  deductions: Claim[]
  evaluated: string
  benchmark: string
  points: string
}

/** The agency's 要求复核. */
export interface RecheckRequested {
  type: 'RecheckRequested'
  by: string
  ground: 'arithmetic_error' | 'objective_mismatch' | 'outside_range' | 'recognised_outlier'
  reason: string
}

/** The order of the bids, best first; bids of equal rank stand in the order of the tender. */
export interface Result {
  scoring_version: number
  standings: Standing[]
  draws: Draw[]
}

/** A group of criteria that is opened, closed and revealed as one (符合性, 技术, 商务 …). */
export interface Section {
  id: string
  title: string
  stage: 'detailed' | 'preliminary'
}

/** Points of one bid in one section; at level `grand_total` they only inform. */
export interface SectionScore {
  section: string
  bid: string
  items: ItemScore[]
  total: string
  exact: string
}

/** A closed piece of a recording: from when to when (server ms), its size and hash as it lies there, encrypted. */
export interface Segment {
  source: string
  epoch: number
  begun: number
  ended: number
  bytes: number
  sha256: string
}

/** Where a bid came out; equal bids share a rank (1, 1, 3). `total` is shown rounded, `exact` is the sum before that. `reason` says why the bid is not recommended. `price_points` is None where the tender does not score the price. */
export interface Standing {
  bid: string
  total: string
  exact: string
  rank: number
  recommended: boolean
  reason: '' | 'beyond_candidates' | 'brand_draw' | 'same_brand'
  sections: Record<string, string>
  price_points: string | null
}

/** One further criterion for equal totals, e.g. price ascending. */
export interface TieBreaker {
  field: 'credit' | 'evaluated_price' | 'price' | 'technical' | 'total'
  direction: 'ascending' | 'descending'
}

/** Whether a bid got through a section: it did when every pass/fail item passed. */
export interface Verdict {
  bid: string
  passed: boolean
  items: ItemVerdict[]
}

/** The arguments of each command, by its name. */
export interface Commands {
  /** A member takes his seat from the browser he sits at. */
  CheckIn: Record<string, never>
  /** Staff have compared the person with his papers (policy `identity = host_visual`). */
  ConfirmIdentity: {
    member: string
    method: string
  }
  /** The device of a seat broke or was wrong: the member may check in again from another one. */
  ReleaseSeat: {
    member: string
    reason: string
  }
  /** Give an account an office in this session. */
  Appoint: {
    principal: string
    roles: ('agency_lead' | 'auditor' | 'center_staff' | 'sub_venue_contact' | 'supervisor' | 'system' | 'witness')[]
    venue?: string | null
  }
  /** Take an account's appointment away; its sockets close when the event is applied. */
  Revoke: {
    principal: string
    reason: string
  }
  /** The agency's lead has read the discipline to all venues. */
  AnnounceDiscipline: Record<string, never>
  /** A member signs the commitment letter and declares that no ground of recusal applies. */
  Commit: Record<string, never>
  /** A member steps back. */
  Recuse: {
    ground: 'authority_staff' | 'earlier_penalty' | 'employment' | 'kinship' | 'other_interest'
    explanation?: string
  }
  /** Seat the substitute drawn for a member (补抽). */
  ReplaceMember: {
    member: string
    substitute: Member
    principal: string
    workstation: string
    reason: string
  }
  /** Vote for a candidate; final for this round. */
  CastBallot: {
    candidate: string
  }
  /** The agency's lead names one of the tied candidates (policy `lead_deadlock = designated`). */
  DesignateLead: {
    member: string
    reason: string
  }
  /** The elected lead asks that the review begin. */
  RequestStart: Record<string, never>
  /** The supervisor releases the start (policy `start_approval = supervisor`). */
  ApproveStart: Record<string, never>
  /** Fill up to 200 cells of one's own sheet at once. */
  EnterScores: {
    cells: CellEntry[]
  }
  /** A scorer declares his sheet of a section final. */
  ClosePersonally: {
    section: string
  }
  /** The lead closes a section for the group; without a lead each member gives this command. */
  CloseGroup: {
    section: string
  }
  /** A member's vote with his reason, which goes into the report. */
  CastVote: {
    choice: 'continue' | 'reject_all'
    reason: string
  }
  /** A member has seen the computed price scores and agrees with the arithmetic. */
  ConfirmPrices: Record<string, never>
  /** 核对无误: the agency finds the result free of the four faults. */
  AcceptResult: Record<string, never>
  /** 要求复核: the agency names a ground of 87号令 64. */
  RequestRecheck: {
    ground: 'arithmetic_error' | 'objective_mismatch' | 'outside_range' | 'recognised_outlier'
    reason: string
  }
  /** The committee holds to its result; the matter goes on record for the finance department. */
  RefuseRecheck: {
    reason: string
  }
  /** The lead puts the result before the members for signature; without a lead each member gives this command. */
  SubmitReport: Record<string, never>
  /** Sign the report with this hash, with or without a written dissent; `hand` is the name as the member wrote it with pen or mouse. */
  SignReport: {
    report: string
    dissent?: string | null
    hand?: (([number, number])[])[] | null
  }
  /** Refuse, and say why in writing: a dissent. */
  RefuseToSign: {
    report: string
    reason: string
  }
  /** The lead states that a member neither signs nor writes: deemed consent, with this note. */
  RecordSilentRefusal: {
    member: string
    note: string
  }
  /** The lead closes the evaluation; without a lead each member gives this command. */
  CloseSession: Record<string, never>
  /** A supervisor pauses on a clause; the document number may follow. */
  Pause: {
    clause: string
    document?: string
  }
  /** The agency's lead pauses because equipment, power or a venue failed. */
  PauseTechnically: {
    reason: string
  }
  /** The document number of a supervisor's pause (文号). */
  SupplyPauseDocument: {
    document: string
  }
  /** End the pause of one's own office. */
  Resume: {
    note?: string
  }
  /** 停止评标: the lead, for the committee; the evaluation ends here. */
  StopEvaluation: {
    ground: 'document_ambiguous' | 'document_defective' | 'document_unlawful'
    explanation: string
  }
  /** 终止: the agency ends the session (cancelled tender, fault beyond the clock); everything is sealed as it is. */
  AbortSession: {
    reason: string
  }
  /** A supervisor, witness or staff member puts an observation on record. */
  RecordRemark: {
    text: string
    member?: string | null
  }
  /** Say something to one seat, or to all of them; each seat confirms that it has read it. */
  SendNotice: {
    kind: 'announcement' | 'reminder' | 'written_notice'
    text: string
    member?: string | null
  }
  /** A member has read a notice (回执). */
  ConfirmNotice: {
    notice: number
  }
  /** A supervisor asks the agency to pause, on a clause. */
  RequestPause: {
    clause: string
    reason: string
  }
  /** The agency pauses, or says why not. */
  AnswerPauseRequest: {
    granted: boolean
    reason: string
  }
  /** A member asks for the floor. */
  RaiseHand: Record<string, never>
  /** A member no longer asks; or whoever leads the meeting takes a hand down (`member`). */
  LowerHand: {
    member?: string | null
  }
  /** Close a member's microphone, or all of them; a member who does not lead, his own. Only its owner opens it again. */
  Mute: {
    member?: string | null
  }
  /** A member opens his own microphone. */
  Unmute: Record<string, never>
  /** A supervisor speaks with one seat; recorded, and shown on all seats. */
  OpenIntercom: {
    member: string
  }
  /** The end of an intercom. */
  CloseIntercom: Record<string, never>
  /** Whoever opened an intercom has no socket anywhere for longer than a reload takes. */
  ReportCallerLost: {
    principal: string
  }
  /** A member's page has tried the devices, before he takes his seat or later; the last counts. */
  ReportDeviceCheck: {
    checks: DeviceCheck[]
  }
  /** After the end the page has removed drafts, documents and notes from the workstation. */
  ReportCleared: Record<string, never>
  /** A member asks to step out; no reason is asked. */
  RequestLeave: Record<string, never>
  /** Staff let him go, or ask him to wait. */
  AnswerLeave: {
    member: string
    granted: boolean
  }
  /** A member is back, or does not need to go any more. */
  ReturnToSeat: Record<string, never>
  /** A member holds that the time for the review is too short. */
  RequestMoreTime: Record<string, never>
  /** The server found something at a source; `snapshot` is the picture's hash, where it may keep one. */
  RaiseAlarm: {
    kind: 'audio_clipped' | 'audio_silent' | 'black' | 'blurred' | 'clock_drift' | 'dark' | 'disk_critical' | 'disk_low' | 'frozen' | 'no_stream' | 'occluded' | 'overexposed' | 'recording_gap' | 'scene_moved' | 'screen_capture_lost'
    source: string
    snapshot?: string | null
  }
  /** What was found is over. */
  SubsideAlarm: {
    kind: 'audio_clipped' | 'audio_silent' | 'black' | 'blurred' | 'clock_drift' | 'dark' | 'disk_critical' | 'disk_low' | 'frozen' | 'no_stream' | 'occluded' | 'overexposed' | 'recording_gap' | 'scene_moved' | 'screen_capture_lost'
    source: string
  }
  /** A seat's page says what has happened to it; `over` that it is over. */
  ReportWorkstation: {
    kind: 'device_unplugged' | 'page_left' | 'poor_network' | 'second_screen'
    over?: boolean
  }
  /** Somebody has seen it and takes it. */
  AcknowledgeAlarm: {
    alarm: number
  }
  /** What was done about it. */
  HandleAlarm: {
    alarm: number
    how: string
  }
  /** The end of it; `false` says that there was nothing. */
  CloseAlarm: {
    alarm: number
    false?: boolean
    note?: string | null
  }
  /** The server has closed these pieces. */
  SealSegments: {
    segments: Segment[]
  }
  /** Between these moments a source was not recorded. */
  ReportRecordingGap: {
    source: string
    begun: number
    ended: number
    cause: string
  }
  /** Nothing of this session is being recorded any more (a full disk, a broken one). */
  ReportRecordingLost: {
    cause: string
  }
  /** This session is being recorded again. */
  ReportRecordingBack: Record<string, never>
  /** The server has cut a piece of evidence for somebody (`taker`). */
  RecordClip: {
    taker: string
    source: string
    begun: number
    ended: number
    sha256: string
  }
  /** A supervisor asks to see a sealed screen, on a clause. */
  RequestScreen: {
    member: string
    clause: string
  }
  /** A second person agrees. The member is told, and the report says so. */
  GrantScreen: {
    member: string
  }
  /** Time itself: a deadline of the state has come. */
  Tick: Record<string, never>
  /** The seat's last socket is gone for longer than a reload takes. */
  ReportLinkLost: {
    member: string
  }
  /** The seat is connected again. */
  ReportLinkBack: {
    member: string
  }
  /** A device that is not bound to a member's seat wanted to come in under his account. */
  ReportSecondDevice: {
    member: string
  }
  /** A batch of looks. */
  RecordLooks: {
    looks: Look[]
  }
}

export type CommandName = keyof Commands
