import { createI18n } from 'vue-i18n'
import { watch } from 'vue'
import type { Language } from '@/protocol/generated/names'
import { useSettings } from '@/session/settings'
import { bring } from '@/session/words'
import { firstWords, words } from '@/locales'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  missingWarn: false,
  fallbackWarn: false,
  messages: {},
})

/** The words of the chosen language, now and whenever another one is chosen. */
export async function followLanguage(): Promise<void> {
  const settings = useSettings()
  await show(settings.language)
  watch(
    () => settings.language,
    (language) => void show(language),
  )
  watch(
    () => settings.textSize,
    (size) => (document.documentElement.dataset['textSize'] = String(size)),
    { immediate: true },
  )
}

let loader = firstWords
let coming: Promise<void> | undefined

/** The words of every page, from now on; whoever only logs in does not wait for them. */
export function bringAllWords(): Promise<void> {
  loader = words
  return (coming ??= show(useSettings().language))
}

async function show(language: Language): Promise<void> {
  const [messages] = await Promise.all([loader(language), bring(language)])
  i18n.global.setLocaleMessage(language, messages)
  // Another one may have been chosen meanwhile.
  if (useSettings().language !== language) return
  i18n.global.locale.value = language
  document.documentElement.lang = language
}
