import { onScopeDispose } from 'vue'
import { Hearing } from './hearing'

/** Listen to one thing at a time, for as long as the page is there. */
export function useHearing(session: string): Hearing {
  const hearing = new Hearing(session)
  onScopeDispose(() => hearing.stop())
  return hearing
}
