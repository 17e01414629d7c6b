import { inject, provide, shallowRef, type InjectionKey, type ShallowRef } from 'vue'

export type AskedKind =
  | 'pause' | 'resume' | 'abort' | 'discipline' | 'answer_pause' | 'designate' | 'accept' | 'recheck' | 'appoint'
  | 'confirm' | 'release' | 'replace' | 'grant_screen' | 'revoke' | 'handle' | 'close' | 'false'

/** An act that wants a word before it is given, and what it is about. */
export interface Asked {
  kind: AskedKind
  member?: string
  alarm?: number
  account?: string
}

const KEY: InjectionKey<ShallowRef<Asked | null>> = Symbol('asked')

/** What is being asked for on this desk; its dialogs look at it. */
export function provideAsking(): ShallowRef<Asked | null> {
  const asked = shallowRef<Asked | null>(null)
  provide(KEY, asked)
  return asked
}

/** Ask for an act. */
export function useAsking(): (wanted: Asked) => void {
  const asked = inject(KEY)
  return (wanted) => {
    if (asked !== undefined) asked.value = wanted
  }
}

export function useAsked(): ShallowRef<Asked | null> {
  return inject(KEY) ?? shallowRef(null)
}
