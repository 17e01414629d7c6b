import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { call } from '@/protocol/http'
import { Refusal } from '@/protocol/refusal'
import { useSession } from './session'

/** A line as the server keeps it: when, what, and what it may say. */
export interface Line {
  at: number
  code: string
  params: Record<string, unknown>
}

// Several changes of one act are one question; nobody reads faster than this.
const QUIET_MS = 400
const SPACING_MS = 2000

/** The minutes of the session at hand, asked for anew when something in it has changed. */
export const useMinutes = defineStore('minutes', () => {
  const session = useSession()
  const lines = shallowRef<readonly Line[]>([])
  const refusal = shallowRef<Refusal | null>(null)
  /** Nothing has been told yet. */
  const loading = ref(true)
  let readers = 0
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Keep them up to date from now on; the answer stops it. */
  function follow(): () => void {
    readers += 1
    soon()
    return () => {
      readers -= 1
      if (readers === 0) clearTimeout(timer)
    }
  }

  watch(() => session.view, soon)
  watch(() => session.id, forget)

  function soon(): void {
    if (readers === 0 || session.view === null) return
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), Math.max(QUIET_MS, asked + SPACING_MS - Date.now()))
  }

  async function ask(): Promise<void> {
    const id = session.id
    if (id === null) return
    asked = Date.now()
    try {
      const found = await call('read_minutes', { path: { id } })
      if (session.id !== id) return
      lines.value = found.lines as unknown as Line[]
      refusal.value = null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal.value = error
    } finally {
      loading.value = false
    }
  }

  function forget(): void {
    lines.value = []
    refusal.value = null
    loading.value = true
  }

  return { lines, refusal, loading, follow, ask }
})
