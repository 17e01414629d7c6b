import type { Evidence } from '@/session/shapes'
import type { ValueFault } from './values'

/** What was typed and may not be handed in yet, with what is wrong with it. */
export interface Draft {
  value: string
  reason: string
  evidence: Evidence | null
  fault: ValueFault | 'reason_missing' | null
}

/** How one's scores stand on their way: on disk at the server, going there, kept here, or refused. */
export type Saving =
  | { state: 'idle' }
  | { state: 'saved'; at: number }
  | { state: 'sending'; count: number }
  | { state: 'kept'; count: number; paused: boolean }
  | { state: 'refused'; count: number }
