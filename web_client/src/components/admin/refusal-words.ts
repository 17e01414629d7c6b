import { useI18n } from 'vue-i18n'
import type { Language, Refusal } from '@/session/shapes'
import { sentence } from '@/session/words'

/** A refusal as a sentence in the reader's language, for places that take a text. */
export function useRefusalWords(): (refusal: Refusal) => string {
  const { t, te, locale } = useI18n()
  return ({ code, params }) => {
    if (te(`fault.${code}`)) return t(`fault.${code}`)
    return sentence(locale.value as Language, `refusal.${code}`, params) ?? t('fault.unknown', { code })
  }
}
