import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ServerClock } from '@/protocol/clock'
import { call } from '@/protocol/http'
import { Refusal } from '@/protocol/refusal'

/** Server time, which every screen shows. `now` moves once a second. */
export const useServerTime = defineStore('time', () => {
  const own = new ServerClock()
  const clock = shallowRef(own)
  const now = ref(clock.value.now())
  const known = ref(false)

  /** The clock of the line at hand, told by its marks. */
  function follow(heard: ServerClock): void {
    if (own.known) heard.heard(own.now())
    clock.value = heard
  }

  function tick(): void {
    now.value = clock.value.now()
    known.value = clock.value.known
  }

  /** Ask once, before there is a line; half of the way there and back is added. */
  async function ask(): Promise<void> {
    const asked = performance.now()
    try {
      const told = await call('server_time')
      own.heard(told.now + (performance.now() - asked) / 2)
      if (clock.value !== own) clock.value.heard(own.now())
      tick()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }

  setInterval(tick, 1000)
  /** To the millisecond, for whoever measures. */
  const exact = (): number => clock.value.now()
  const shown = computed(() => new Date(now.value))
  return { now, shown, known, exact, ask, follow, tick }
})
