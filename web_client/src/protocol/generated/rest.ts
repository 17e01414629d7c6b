// Made from the server's own types by `python -m tests.generated`; not to be edited.

/** A person or a program that may speak to the server. `login` is what is typed, `name` what is shown. */
export interface Account {
  id: string
  login: string
  name: string
  disabled: boolean
  created: number
  office: 'audit' | 'security' | 'system' | null
}

/** What is to change; what is left out stays. */
export interface AccountChange {
  name?: string | null
  disabled?: boolean | null
  password?: string | null
}

/** The process answers. */
export interface Alive {
  alive: boolean
}

/** What an account is in this session: a member of the committee, or the holder of roles, possibly at one venue. */
export interface Appointment {
  member: string | null
  roles: ('agency_lead' | 'auditor' | 'center_staff' | 'sub_venue_contact' | 'supervisor' | 'system' | 'witness')[]
  venue: string | null
}

/** What an account is to be: a member of the committee, or a holder of roles, possibly at one venue. */
export interface AppointmentForm {
  member?: string | null
  roles?: ('agency_lead' | 'auditor' | 'center_staff' | 'sub_venue_contact' | 'supervisor' | 'system' | 'witness')[]
  venue?: string | null
}

/** A trace with its place in the log. */
export interface AuditLine {
  at: number
  account: string | null
  act: string
  subject: string | null
  outcome: string
  address: string | null
  detail: Record<string, unknown>
  id: number
}

/** A token without its secret. */
export interface Bearer {
  id: string
  account: string
  label: string
  scopes: Scope[]
  created: number
  created_by: string
  expires: number
  revoked: number | null
}

/** A camera of a venue, shown as `venue.{venue}.camera.{id}`; `host` is what may be told of its address. One that is not `enabled` is not connected to. */
export interface Camera {
  id: string
  venue: string
  title: string
  host: string
  enabled: boolean
}

/** A camera and the venue it hangs in. `address` is `rtsp://name:password@host/path`; without one the camera keeps its own. */
export interface CameraForm {
  venue: string
  title: string
  address?: string | null
  enabled?: boolean
}

/** Those who come into question, by log-in name. */
export interface Candidates {
  items: Person[]
}

/** A public resource trading centre or a branch of one. */
export interface Center {
  id: string
  title: string
}

/** What a centre is called. */
export interface CenterForm {
  title: string
}

/** What a check has found; `sound` when nothing is worse than a warning. */
export interface Checked {
  sound: boolean
  errors: FieldProblem[]
}

/** A piece of evidence: its SHA-256, what it is, and its true beginning and end (ms). */
export interface Clip {
  sha256: string
  source: string
  begun: number
  ended: number
  media_type: string
  size: number
}

/** What is to be cut: a source, from when to when (server time, ms), twenty minutes at most. */
export interface ClipForm {
  source: string
  from: number
  to: number
}

/** The pieces of a clip, one for each segment it touches, the earliest first. */
export interface Clips {
  items: Clip[]
}

/** A session whose recordings are to go; `confirmed` when a second person has agreed, `removed` when they have gone. */
export interface Deletion {
  session: string
  reason: string
  requested: number
  requested_by: string
  confirmed: number | null
  confirmed_by: string | null
  removed: number | null
}

/** Why the recordings may go. */
export interface DeletionForm {
  reason: string
}

/** A stored file: `sha256` is 64 hex digits, `size` bytes. */
export interface DocumentRecord {
  sha256: string
  title: string
  size: number
  media_type: string
  created: number
  created_by: string
}

/** How many log-ins have been ended. */
export interface Ended {
  ended: number
}

/** One fault of what was sent: where (`bids[2].price`, `sheet!B3`), which, and in the user's words. */
export interface FieldProblem {
  path: string
  reason: string
  code: string
  severity: string
  params: Record<string, unknown>
}

/** As `RTCPeerConnection` takes it. */
export interface IceServer {
  urls: string[]
  username: string
  credential: string
}

/** All pieces, by source and time. */
export interface Inventory {
  items: Piece[]
}

/** A new token. `text` is what the program sends; it is shown this once. */
export interface IssuedToken {
  token: Bearer
  text: string
}

/** Names of sources, seen or not, in the order of their names. */
export interface LiveSources {
  items: string[]
}

/** A name and a password, as typed. */
export interface LogInForm {
  login: string
  password: string
}

/** Where an account is logged in now, newest first. */
export interface LogIns {
  items: OpenLogIn[]
}

/** Who speaks: `device` names the browser, `workstation` the seat it is paired with. `records` says whether this node records what is shown and said, so that no page claims what is not so. */
export interface Me {
  account: string
  name: string | null
  office: 'audit' | 'security' | 'system' | null
  device: string | null
  workstation: string | null
  records: boolean
}

/** Lines in order: server time, the name of what happened, and what may be said about it. */
export interface Minutes {
  lines: (Record<string, unknown>)[]
}

/** Who is to have an account. Without a password it is a program's and comes with tokens only. */
export interface NewAccount {
  login: string
  name: string
  password?: string | null
}

/** A session of a stored tender. A `rehearsal` may bring sheets, and says of itself that it is a drill (演练). */
export interface NewSession {
  tender: string
  appointments: Record<string, AppointmentForm>
  title?: string | null
  rehearsal?: boolean
}

/** A token for a program: whose, for what, until when (server time, ms). */
export interface NewToken {
  account: string
  label: string
  scopes: ScopeForm[]
  expires: number
}

/** A code to be typed in the workstation's own browser, once, before `expires` (ms). */
export interface OfferedCode {
  code: string
  expires: number
}

/** One of the three offices. */
export interface OfficeGrant {
  office: 'audit' | 'security' | 'system'
}

/** Somebody who holds offices in a session, possibly at one venue. */
export interface Officer {
  account: string
  name: string
  roles: ('agency_lead' | 'auditor' | 'center_staff' | 'sub_venue_contact' | 'supervisor' | 'system' | 'witness')[]
  venue: string | null
}

/** All of them, as far as this audience may know them. */
export interface Officers {
  items: Officer[]
}

/** A browser in which an account is logged in. */
export interface OpenLogIn {
  device: string
  workstation: string | null
  created: number
  seen: number
  expires: number
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageAccount {
  items: Account[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageAuditLine {
  items: AuditLine[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageBearer {
  items: Bearer[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageCamera {
  items: Camera[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageCenter {
  items: Center[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageDeletion {
  items: Deletion[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageDocumentRecord {
  items: DocumentRecord[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageSessionLine {
  items: SessionLine[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageTenderRecord {
  items: TenderRecord[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageVenue {
  items: Venue[]
  next: string | null
}

/** Some of a list. `next` goes back as `after` and brings the following page; without it the list is at its end. */
export interface PageWorkstation {
  items: Workstation[]
  next: string | null
}

/** A workstation's code, as read out. */
export interface PairingCode {
  code: string
}

/** The password one has, and the one that replaces it. */
export interface PasswordChange {
  old: string
  new: string
}

/** An account that may be appointed, by what is typed and what is shown. */
export interface Person {
  account: string
  login: string
  name: string
}

/** A closed piece of a recording: times in server milliseconds, its size and SHA-256 as it lies there, encrypted. Without `sha256` it is not on record yet; without `container` it is on record and not here; without `bytes` it is of a sealed screen. */
export interface Piece {
  source: string
  epoch: number
  begun: number
  ended: number
  bytes: number | null
  sha256: string | null
  container: string | null
}

/** Why a request was not carried out. `code` is stable; `title` and `detail` are for the person. `retry_ms` says when to try again, `request` names the request in the server's log. */
export interface Problem {
  type: string
  title: string
  status: number
  code: string
  detail: string
  params: Record<string, unknown>
  errors: FieldProblem[]
  retry_ms: number | null
  request: string
}

/** One Ed25519 key: `id` and `public` in hex, `since` the server time (ms) it signs from. */
export interface PublicKey {
  id: string
  public: string
  since: number
  algorithm: string
}

/** All of them, the newest last. */
export interface PublicKeys {
  items: PublicKey[]
}

/** All that a node needs is there; each by its name. */
export interface Ready {
  needs: Record<string, boolean>
}

/** All relays there are; until when (server ms) they let one begin. */
export interface Relays {
  ice_servers: IceServer[]
  until: number
}

/** One thing a program may do: `verb` in `session`, with one `source` (camera, screen, microphone) or with any. */
export interface Scope {
  session: string
  verb: 'command' | 'publish' | 'read' | 'watch'
  source: string | null
}

/** One thing a program may do: `verb` in `session`, with one `source` (by its whole name) or with any. */
export interface ScopeForm {
  session: string
  verb: 'command' | 'publish' | 'read' | 'watch'
  source?: string | null
}

/** Server time, milliseconds since 1970 UTC. */
export interface ServerTime {
  now: number
}

/** A session in a list. `title` is missing while this reader may not know yet what is evaluated. A `rehearsal` is a drill (演练). `part` is what this reader is appointed as; nothing for the system office, whose list tells of sessions it has no part in. */
export interface SessionLine {
  id: string
  state: string
  created: number
  title: string | null
  rehearsal: boolean
  part: Appointment | null
}

/** Who is appointed to a session; the changes are in its minutes. */
export interface SessionPeople {
  appointments: Record<string, Appointment>
}

/** All that this audience may see, and the token to join with and get the changes from here on. */
export interface SessionView {
  audience: Record<string, unknown>
  view: Record<string, unknown>
  token: string
}

/** A stored tender without its body; `sha256` is over the stored bytes. */
export interface TenderRecord {
  id: string
  title: string
  sha256: string
  size: number
  created: number
  created_by: string
}

/** How a camera did: without a `fault` it can be shown. `coarse` says that its key frames are rarer than one in four seconds: who begins to watch waits, and the camera should be set so. */
export interface Trial {
  fault: string
  width: number | null
  height: number | null
  rate: number | null
  gop_ms: number | null
  coarse: boolean
}

/** A room of a centre in which members sit. */
export interface Venue {
  id: string
  center: string
  title: string
}

/** A venue and the centre it belongs to. */
export interface VenueForm {
  center: string
  title: string
}

/** A seat of a venue. `device` names the paired browser; `code_expires` says until when a pairing code waits. */
export interface Workstation {
  id: string
  venue: string
  title: string
  device: string | null
  paired: number | null
  code_expires: number | null
}

/** A workstation and the venue it stands in. */
export interface WorkstationForm {
  venue: string
  title: string
}

export interface Operations {
  /** This interface, described. */
  describe: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: Record<string, unknown> }
  /** The process answers. For a supervisor that restarts what does not. */
  is_alive: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: Alive }
  /** Whether the node can serve; 503 with what is missing while it cannot. For a load balancer. */
  is_ready: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: Ready }
  /** What time it is here. Screens show this one. */
  server_time: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: ServerTime }
  /** The keys that receipts and checkpoints are signed with, to be compared with your own. */
  list_public_keys: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: PublicKeys }
  /** Log in by name and password. */
  log_in: { path: Record<string, never>; query: Record<string, never>; body: LogInForm; result: Me }
  /** End this log-in. Other browsers of the same person stay logged in. */
  log_out: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: undefined }
  /** Who the server takes this browser for. */
  who_am_i: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: Me }
  /** Change one's own password. Every other log-in of this account ends. */
  change_my_password: { path: Record<string, never>; query: Record<string, never>; body: PasswordChange; result: undefined }
  /** Make this browser the one of a workstation, by the code that its administrator reads out. */
  pair_this_browser: { path: Record<string, never>; query: Record<string, never>; body: PairingCode; result: Workstation }
  /** All accounts by log-in name. The system office needs them to appoint people. */
  list_accounts: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageAccount }
  /** Make an account. */
  add_account: { path: Record<string, never>; query: Record<string, never>; body: NewAccount; result: Account }
  /** One account. */
  show_account: { path: { id: string }; query: Record<string, never>; body: undefined; result: Account }
  /** Rename an account, shut it out or in, or give it a new password. */
  change_account: { path: { id: string }; query: Record<string, never>; body: AccountChange; result: Account }
  /** Give an office to somebody who holds none. */
  grant_office: { path: { id: string }; query: Record<string, never>; body: OfficeGrant; result: Account }
  /** Take an office away. */
  withdraw_office: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** Where an account is logged in. */
  list_log_ins: { path: { id: string }; query: Record<string, never>; body: undefined; result: LogIns }
  /** Log an account out everywhere, and end its open sockets. */
  end_log_ins: { path: { id: string }; query: Record<string, never>; body: undefined; result: Ended }
  /** All tokens of programs, without their secrets. */
  list_tokens: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageBearer }
  /** Make a token for a program. */
  issue_token: { path: Record<string, never>; query: Record<string, never>; body: NewToken; result: IssuedToken }
  /** Take a token back, and end the sockets that it has opened. */
  revoke_token: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** All centres by id. */
  list_centers: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageCenter }
  /** Enter a centre or change it. */
  put_center: { path: { id: string }; query: Record<string, never>; body: CenterForm; result: Center }
  /** Remove a centre without venues. */
  remove_center: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** All venues by id. */
  list_venues: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageVenue }
  /** Enter a venue or change it. */
  put_venue: { path: { id: string }; query: Record<string, never>; body: VenueForm; result: Venue }
  /** Remove a venue without workstations. */
  remove_venue: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** All workstations by id, with the browsers they are paired with. */
  list_workstations: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageWorkstation }
  /** Enter a workstation or change it. Its pairing stays. */
  put_workstation: { path: { id: string }; query: Record<string, never>; body: WorkstationForm; result: Workstation }
  /** Remove a workstation. */
  remove_workstation: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** A new pairing code for a workstation. An older one is over. */
  offer_code: { path: { id: string }; query: Record<string, never>; body: undefined; result: OfferedCode }
  /** End the pairing of a workstation with its browser. */
  unpair: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** All network cameras by id; of their addresses the host alone. */
  list_cameras: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageCamera }
  /** Enter a camera or change it. */
  put_camera: { path: { id: string }; query: Record<string, never>; body: CameraForm; result: Camera }
  /** Remove a camera. */
  remove_camera: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** Connect to a camera from this node and look through it for some seconds; no picture is shown or kept. */
  try_camera: { path: { id: string }; query: Record<string, never>; body: undefined; result: Trial }
  /** All stored tenders. */
  list_tenders: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageTenderRecord }
  /** Store a tender, from JSON or from a workbook. */
  add_tender: { path: Record<string, never>; query: Record<string, never>; body: Blob | string; result: TenderRecord }
  /** Everything that is wrong or unusual in a tender, at once. Nothing is stored. */
  check_tender: { path: Record<string, never>; query: Record<string, never>; body: Blob | string; result: Checked }
  /** What is known about a stored tender. */
  show_tender: { path: { id: string }; query: Record<string, never>; body: undefined; result: TenderRecord }
  /** Forget a tender that no session was made from. */
  remove_tender: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** A stored tender, to the byte. */
  download_tender: { path: { id: string }; query: Record<string, never>; body: undefined; result: Blob }
  /** A stored tender as a workbook. */
  download_workbook: { path: { id: string }; query: Record<string, never>; body: undefined; result: Blob }
  /** The empty workbook to fill in. */
  download_template: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: Blob }
  /** All stored documents by their SHA-256; what they hold is read in a session only. */
  list_documents: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageDocumentRecord }
  /** Store a document: the body is the file, its Content-Type what it is. */
  upload_document: { path: Record<string, never>; query: { title: string }; body: Blob | string; result: DocumentRecord }
  /** A document of a session, or one Range of it, if the room lets this audience read it now. */
  download_document: { path: { id: string; sha256: string }; query: Record<string, never>; body: undefined; result: Blob }
  /** Set up a session: its ledger begins with the tender and the people appointed. */
  open_session: { path: Record<string, never>; query: Record<string, never>; body: NewSession; result: SessionLine }
  /** The sessions one is appointed to, newest first; with scope=all every session, for the system office. */
  list_sessions: { path: Record<string, never>; query: { limit?: number; after?: string | null; scope?: 'all' | 'mine' }; body: undefined; result: PageSessionLine }
  /** One session, for those appointed to it and for the system office. */
  show_session: { path: { id: string }; query: Record<string, never>; body: undefined; result: SessionLine }
  /** Who is appointed as what to a session. */
  list_appointments: { path: { id: string }; query: Record<string, never>; body: undefined; result: SessionPeople }
  /** The whole view of this audience, with the token to go on from. */
  view_session: { path: { id: string }; query: Record<string, never>; body: undefined; result: SessionView }
  /** The minutes as this audience may read them. */
  read_minutes: { path: { id: string }; query: Record<string, never>; body: undefined; result: Minutes }
  /** The report with its hash and what each member did, for who may read it now. */
  read_report: { path: { id: string }; query: Record<string, never>; body: undefined; result: Record<string, unknown> }
  /** The names of those who hold an office in a session: all for the agency and those who watch, for others none, for an auditor before the end the supervisors. */
  list_officers: { path: { id: string }; query: Record<string, never>; body: undefined; result: Officers }
  /** Whom the agency's lead may appoint: witnesses, staff and contacts of the sessions he has led, or with login the one account of that name. */
  list_candidates: { path: { id: string }; query: { login?: string | null }; body: undefined; result: Candidates }
  /** What is shown and heard in a session now, whether one may see it or not: for agency and supervisor, and of their venue for witness, staff and contact; for others nothing. */
  list_sources: { path: { id: string }; query: Record<string, never>; body: undefined; result: LiveSources }
  /** Publish a source: the offer in, the answer out. */
  publish: { path: { id: string; source: string }; query: Record<string, never>; body: Blob | string; result: Blob }
  /** End a publication of one's own. */
  unpublish: { path: { id: string; source: string; publication: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** Watch or hear a source, or the talk of the session in three places (source = talk). */
  subscribe: { path: { id: string; source: string }; query: Record<string, never>; body: Blob | string; result: Blob }
  /** End a subscription of one's own. */
  unsubscribe: { path: { id: string; source: string; publication: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** The TURN servers for the next offer, with a name and a password that hold for ten minutes. */
  list_relays: { path: Record<string, never>; query: Record<string, never>; body: undefined; result: Relays }
  /** What has been recorded of a session, as it is on record and as it lies here. */
  list_footage: { path: { id: string }; query: { source?: string | null }; body: undefined; result: Inventory }
  /** The first piece of a recording in a time, from the last key frame before it on. */
  watch_footage: { path: { id: string; source: string }; query: { from: number; to: number }; body: undefined; result: Blob }
  /** Cut a piece of evidence, keep it, and put it on record with its hash and who took it. */
  take_clip: { path: { id: string }; query: Record<string, never>; body: ClipForm; result: Clips }
  /** A clip that was taken in this session, or one Range of it. */
  download_clip: { path: { id: string; sha256: string }; query: Record<string, never>; body: undefined; result: Blob }
  /** The picture that the server took when it raised an alarm at a camera. */
  show_snapshot: { path: { id: string; alarm: string }; query: Record<string, never>; body: undefined; result: Blob }
  /** What was asked for, confirmed and done, by session. */
  list_deletions: { path: Record<string, never>; query: { limit?: number; after?: string | null }; body: undefined; result: PageDeletion }
  /** Ask for a session's recordings to be deleted, when it is over and they have been kept for long enough. */
  request_deletion: { path: { id: string }; query: Record<string, never>; body: DeletionForm; result: Deletion }
  /** Ask no longer, before somebody has confirmed it. */
  withdraw_deletion: { path: { id: string }; query: Record<string, never>; body: undefined; result: undefined }
  /** Confirm it, as another person; the recordings are gone when this is answered. */
  confirm_deletion: { path: { id: string }; query: Record<string, never>; body: undefined; result: Deletion }
  /** The log, newest first, or the lines of it that are asked for. */
  read_audit_log: { path: Record<string, never>; query: { limit?: number; after?: string | null; act?: string | null; account?: string | null; outcome?: 'done' | 'refused' | null; since?: number | null; until?: number | null }; body: undefined; result: PageAuditLine }
}

export const ROUTES: { [name in keyof Operations]: [string, string] } = {
  describe: ['GET', '/api/openapi.json'],
  is_alive: ['GET', '/healthz'],
  is_ready: ['GET', '/readyz'],
  server_time: ['GET', '/api/time'],
  list_public_keys: ['GET', '/api/keys'],
  log_in: ['POST', '/api/login'],
  log_out: ['POST', '/api/logout'],
  who_am_i: ['GET', '/api/me'],
  change_my_password: ['PUT', '/api/me/password'],
  pair_this_browser: ['POST', '/api/pairing'],
  list_accounts: ['GET', '/api/accounts'],
  add_account: ['POST', '/api/accounts'],
  show_account: ['GET', '/api/accounts/{id}'],
  change_account: ['PATCH', '/api/accounts/{id}'],
  grant_office: ['PUT', '/api/accounts/{id}/office'],
  withdraw_office: ['DELETE', '/api/accounts/{id}/office'],
  list_log_ins: ['GET', '/api/accounts/{id}/logins'],
  end_log_ins: ['DELETE', '/api/accounts/{id}/logins'],
  list_tokens: ['GET', '/api/tokens'],
  issue_token: ['POST', '/api/tokens'],
  revoke_token: ['DELETE', '/api/tokens/{id}'],
  list_centers: ['GET', '/api/centers'],
  put_center: ['PUT', '/api/centers/{id}'],
  remove_center: ['DELETE', '/api/centers/{id}'],
  list_venues: ['GET', '/api/venues'],
  put_venue: ['PUT', '/api/venues/{id}'],
  remove_venue: ['DELETE', '/api/venues/{id}'],
  list_workstations: ['GET', '/api/workstations'],
  put_workstation: ['PUT', '/api/workstations/{id}'],
  remove_workstation: ['DELETE', '/api/workstations/{id}'],
  offer_code: ['POST', '/api/workstations/{id}/code'],
  unpair: ['DELETE', '/api/workstations/{id}/device'],
  list_cameras: ['GET', '/api/cameras'],
  put_camera: ['PUT', '/api/cameras/{id}'],
  remove_camera: ['DELETE', '/api/cameras/{id}'],
  try_camera: ['POST', '/api/cameras/{id}/trial'],
  list_tenders: ['GET', '/api/tenders'],
  add_tender: ['POST', '/api/tenders'],
  check_tender: ['POST', '/api/tenders/check'],
  show_tender: ['GET', '/api/tenders/{id}'],
  remove_tender: ['DELETE', '/api/tenders/{id}'],
  download_tender: ['GET', '/api/tenders/{id}/file'],
  download_workbook: ['GET', '/api/tenders/{id}/workbook'],
  download_template: ['GET', '/api/tender-template'],
  list_documents: ['GET', '/api/documents'],
  upload_document: ['POST', '/api/documents'],
  download_document: ['GET', '/api/sessions/{id}/documents/{sha256}'],
  open_session: ['POST', '/api/sessions'],
  list_sessions: ['GET', '/api/sessions'],
  show_session: ['GET', '/api/sessions/{id}'],
  list_appointments: ['GET', '/api/sessions/{id}/appointments'],
  view_session: ['GET', '/api/sessions/{id}/view'],
  read_minutes: ['GET', '/api/sessions/{id}/minutes'],
  read_report: ['GET', '/api/sessions/{id}/report'],
  list_officers: ['GET', '/api/sessions/{id}/officers'],
  list_candidates: ['GET', '/api/sessions/{id}/candidates'],
  list_sources: ['GET', '/api/sessions/{id}/sources'],
  publish: ['POST', '/whip/{id}/{source}'],
  unpublish: ['DELETE', '/whip/{id}/{source}/{publication}'],
  subscribe: ['POST', '/whep/{id}/{source}'],
  unsubscribe: ['DELETE', '/whep/{id}/{source}/{publication}'],
  list_relays: ['GET', '/api/ice'],
  list_footage: ['GET', '/api/sessions/{id}/footage'],
  watch_footage: ['GET', '/api/sessions/{id}/footage/{source}'],
  take_clip: ['POST', '/api/sessions/{id}/clips'],
  download_clip: ['GET', '/api/sessions/{id}/clips/{sha256}'],
  show_snapshot: ['GET', '/api/sessions/{id}/alarms/{alarm}/snapshot'],
  list_deletions: ['GET', '/api/footage/deletions'],
  request_deletion: ['POST', '/api/footage/deletions/{id}'],
  withdraw_deletion: ['DELETE', '/api/footage/deletions/{id}'],
  confirm_deletion: ['POST', '/api/footage/deletions/{id}/confirm'],
  read_audit_log: ['GET', '/api/audit'],
}
