import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { CommandName, Commands } from '@/protocol/generated/session'
import { Refusal } from '@/protocol/refusal'
import { useSession } from '@/session/session'

export interface Act {
  busy: Ref<boolean>
  refusal: ShallowRef<Refusal | null>
  /** Whether it was done. */
  act<Name extends CommandName>(name: Name, args: Commands[Name]): Promise<boolean>
}

/** One place of a page where something is done: busy while it is on its way, and why it was refused. */
export function useAct(): Act {
  const session = useSession()
  const busy = ref(false)
  const refusal = shallowRef<Refusal | null>(null)

  async function act<Name extends CommandName>(name: Name, args: Commands[Name]): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    refusal.value = null
    try {
      await (session.give as (name: Name, args: Commands[Name]) => Promise<unknown>)(name, args)
      return true
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal.value = error
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, refusal, act }
}
