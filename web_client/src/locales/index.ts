import type { Language } from '@/protocol/generated/names'

export type Messages = Record<string, Record<string, unknown>>

const LOADERS: Record<Language, () => Promise<{ default: Messages }>> = {
  'zh-CN': () => import('./zh-CN'),
  en: () => import('./en'),
}

/** All words of the pages in one language: `login.title` is `title` of `login.json`. */
export async function words(language: Language): Promise<Messages> {
  return (await LOADERS[language]()).default
}
