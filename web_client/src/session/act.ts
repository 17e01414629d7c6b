import { ref, shallowRef } from 'vue'
import type { CommandName, Commands } from '@/protocol/generated/session'
import { Refusal } from '@/protocol/refusal'
import { useSession } from './session'

/** One act of a page at a time: whether it is on its way, and why the last one was refused. */
export function useAct() {
  const session = useSession()
  const busy = ref(false)
  const refusal = shallowRef<Refusal | null>(null)

  /** Give a command; true when it is on disk. A refusal is kept until the next act. */
  async function act<Name extends CommandName>(name: Name, args: Commands[Name]): Promise<boolean> {
    busy.value = true
    refusal.value = null
    try {
      await (session.give as (name: CommandName, args: object) => Promise<unknown>)(name, args)
      return true
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal.value = error
      return false
    } finally {
      busy.value = false
    }
  }

  function forget(): void {
    refusal.value = null
  }

  return { busy, refusal, act, forget }
}
