import type { Whose } from './drawer'
import { useSession } from './session'

/** Whose things are kept now; null for whoever has no seat in a session. */
export function whose(): Whose | null {
  const session = useSession()
  const member = session.me?.member ?? null
  return session.id === null || member === null ? null : { session: session.id, member }
}
