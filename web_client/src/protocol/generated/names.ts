// Made from the server's own types by `python -m tests.generated`; not to be edited.

export const PHASES = ['check_in', 'declaration', 'lead', 'preliminary', 'abnormal_price', 'detailed', 'price', 'summary', 'signing', 'closed', 'failed', 'evaluation_stopped', 'aborted'] as const
export type Phase = (typeof PHASES)[number]

export const ROLES = ['agency_lead', 'center_staff', 'sub_venue_contact', 'witness', 'supervisor', 'auditor', 'system'] as const
export type Role = (typeof ROLES)[number]

export const OFFICES = ['system', 'security', 'audit'] as const
export type Office = (typeof OFFICES)[number]

export const ALARM_KINDS = ['no_stream', 'black', 'frozen', 'occluded', 'blurred', 'dark', 'overexposed', 'scene_moved', 'audio_silent', 'audio_clipped', 'clock_drift', 'recording_gap', 'screen_capture_lost', 'disk_low', 'disk_critical', 'page_left', 'second_screen', 'device_unplugged', 'poor_network'] as const
export type AlarmKind = (typeof ALARM_KINDS)[number]

export const ALARM_LEVELS = ['info', 'warning', 'critical'] as const
export type AlarmLevel = (typeof ALARM_LEVELS)[number]

export const ALARM_STAGES = ['raised', 'acknowledged', 'handled', 'closed', 'false'] as const
export type AlarmStage = (typeof ALARM_STAGES)[number]

export const BYE_CODES = ['restart', 'slow', 'audience_changed', 'unknown_version', 'superseded', 'revoked', 'logged_out', 'closed', 'protocol', 'other_device'] as const
export type ByeCode = (typeof BYE_CODES)[number]

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** The phases of a regime in their order, without the end. */
export const CHAINS = {
  "works": [
    "check_in",
    "declaration",
    "lead",
    "preliminary",
    "detailed",
    "price",
    "summary",
    "signing"
  ],
  "government_procurement": [
    "check_in",
    "declaration",
    "lead",
    "preliminary",
    "abnormal_price",
    "detailed",
    "price",
    "summary",
    "signing"
  ]
} as const

export const PROTOCOL = 1
export const WALL_PATH = '/monitor'

/** Limits of docs/protocol.md, and what they are for. */
export const LIMITS = {
  /** bytes: a command of 200 cells with a remark on each fits, a flood of memory does not */
  message_bytes: 65536,
  /** bytes: twice a message, so that one a little too long still gets a good-bye instead of a dead line */
  read_bytes: 131072,
  /** bytes: past it a fresh view over HTTP, compressed, is cheaper than the changes */
  changes_bytes: 65536,
  /** cells: the largest sheet one person fills in one sitting, in one entry of the ledger */
  command_cells: 200,
  /** bytes: random ids of this length never meet by chance */
  command_id_bytes: 16,
  /** characters: no command, matter or document has a longer name */
  name_characters: 64,
  /** bytes: a sealed position is shorter than a third of it */
  token_bytes: 512,
  /** characters: a bearer token is 32 bytes of secret in text, with room for another form of it */
  bearer_characters: 512,
  /** commands: a person who fills a row of cells and sends them one by one */
  command_burst: 40,
  /** commands: faster than anybody types, slow enough that one socket cannot starve a session */
  commands_per_second: 20,
  /** commands: an offline queue of an hour, and of 2,380 cells when they are grouped, goes out at once */
  replay_burst: 400,
  /** seconds: how long a replay's surplus lasts, and how soon another join may bring the next one */
  replay_seconds: 60,
  /** messages: two seconds of a moving pointer; what is past it is dropped without a word */
  ephemeral_burst: 60,
  /** messages: a pointer moves smoothly at 30 positions a second */
  ephemerals_per_second: 30,
  /** joins: all windows of one person come back after a restart, three times over */
  join_burst: 30,
  /** joins: counted per principal and never per address: a venue sits behind one address */
  joins_per_second: 1,
  /** commands: unanswered commands of one socket; the server reads no further until one is answered */
  in_flight: 32,
  /** commands: waiting in one session; eight sockets with all their commands, or a quarter second of disk */
  mailbox_commands: 256,
  /** sockets: the windows one person keeps open on one session */
  sockets_per_principal: 8,
  /** sockets: a member evaluates at one seat, in one window */
  sockets_per_seat: 1,
  /** bytes: what a reader may fall behind before he is dropped; he comes back by token */
  owed_bytes: 262144,
  /** sockets: connections of one node that have not joined yet: a whole node coming back fits */
  unjoined_sockets: 2048,
  /** attempts: CONNECT packets on one connection; an honest client stops at the first refusal */
  join_attempts: 4,
  /** bytes: memory of one reader who says nothing: a thousand of them are no reason for a second node */
  idle_socket_bytes: 32768,
  /** changes: how much a client that comes back has to be told again */
  mark_changes: 64,
  /** seconds: a client that misses two knows that its link is dead */
  mark_seconds: 5,
  /** milliseconds: a whole session told to refetch does not ask in the same instant */
  refetch_jitter_ms: 1000,
  /** seconds: from an open connection to a joined session, a cold room included */
  join_seconds: 10,
  /** seconds: between an answered ping and the next */
  ping_seconds: 10,
  /** seconds: for the answer to a ping; a pulled cable is noticed within 20 s */
  pong_seconds: 10,
  /** seconds: for the peer to answer a closing frame before the line is cut */
  closing_seconds: 5,
} as const
