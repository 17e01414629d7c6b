import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { speak } from '@/protocol/http'
import { LANGUAGES, type Language } from '@/protocol/generated/names'
import { bring } from './words'

export const TEXT_SIZES = [100, 112, 125] as const
export type TextSize = (typeof TEXT_SIZES)[number]

/** What a person sets for this browser. Words only: nothing of any session is kept here. */
export const useSettings = defineStore('settings', () => {
  const language = ref<Language>(first(LANGUAGES, kept('language') ?? preferred()))
  const textSize = ref<TextSize>(first(TEXT_SIZES, Number(kept('text-size') ?? 100)))

  async function setLanguage(wanted: Language): Promise<void> {
    await bring(wanted)
    language.value = wanted
  }

  watch(language, (now) => keep('language', now))
  watch(textSize, (now) => keep('text-size', String(now)))
  watch(language, (now) => speak(now), { immediate: true, flush: 'sync' })
  return { language, textSize, setLanguage }
})

function first<Value>(values: readonly Value[], wanted: unknown): Value {
  return values.find((value) => value === wanted) ?? (values[0] as Value)
}

function preferred(): Language {
  const wished = globalThis.navigator?.languages?.find((tag) => /^(zh|en)\b/i.test(tag))
  return wished !== undefined && /^en/i.test(wished) ? 'en' : 'zh-CN'
}

function kept(name: string): string | null {
  try {
    return globalThis.localStorage.getItem(`evalroom.${name}`)
  } catch {
    // A browser may be told to keep nothing at all.
    return null
  }
}

function keep(name: string, value: string): void {
  try {
    globalThis.localStorage.setItem(`evalroom.${name}`, value)
  } catch {
    // Then it is asked again next time.
  }
}
