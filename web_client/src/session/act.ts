import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { CommandName, Commands } from '@/protocol/generated/session'
import { Refusal } from '@/protocol/refusal'
import { useSession } from './session'

export interface OneAct {
  /** It is on its way. */
  busy: Ref<boolean>
  /** Why the last one was refused; kept until the next. */
  refusal: ShallowRef<Refusal | null>
  /** Do it unless another one is on its way; true when it was done. */
  run(work: () => Promise<unknown>): Promise<boolean>
  forget(): void
}

/** One place of a page where something is done, one at a time. */
export function useOneAct(): OneAct {
  const busy = ref(false)
  const refusal = shallowRef<Refusal | null>(null)

  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    refusal.value = null
    try {
      await work()
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

  return { busy, refusal, run, forget }
}

export interface Act extends Omit<OneAct, 'run'> {
  /** Give a command; true when it is on disk. */
  act<Name extends CommandName>(name: Name, args: Commands[Name]): Promise<boolean>
}

/** One place of a page where commands of the session are given. */
export function useAct(): Act {
  const session = useSession()
  const { run, ...rest } = useOneAct()
  const give = session.give as (name: CommandName, args: object) => Promise<unknown>
  return { ...rest, act: (name, args) => run(() => give(name, args)) }
}
