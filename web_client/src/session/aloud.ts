import { defineStore } from 'pinia'
import { nextTick, ref } from 'vue'

/** What screen readers say: news when there is a pause, alarms at once. */
export const useAloud = defineStore('aloud', () => {
  const polite = ref('')
  const assertive = ref('')

  /** Said anew even when it is the same sentence. */
  async function say(text: string, urgent = false): Promise<void> {
    const place = urgent ? assertive : polite
    place.value = ''
    await nextTick()
    place.value = text
  }

  return { polite, assertive, say }
})
