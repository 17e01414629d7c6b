// Made from the server's own types by `python -m tests.generated`; not to be edited.

/** The last message on a socket. */
export interface Bye {
  code: string
  come_back: boolean
  retry_ms?: number
}

/** The acknowledgement of a command that was committed, or that had nothing to change. */
export interface Done {
  ok: true
  receipt?: Record<string, unknown>
}

/** The acknowledgement of a command that changed nothing; sent again it may be decided anew. */
export interface NotDone {
  ok: false
  code: string
  message_key: string
  params: Record<string, unknown>
  retry_ms?: number
}
