export type { Draft } from '@/session/shapes-of-drafts'

/**
 * How one's scores stand on their way: on disk at the server, going there, kept here, or refused.
 * `unkept`: this browser keeps nothing, so what is here is lost with the page.
 */
export type Saving =
  | { state: 'idle' }
  | { state: 'saved'; at: number }
  | { state: 'sending'; count: number }
  | { state: 'kept'; count: number; paused: boolean; unkept: boolean }
  | { state: 'refused'; count: number; unkept: boolean }
