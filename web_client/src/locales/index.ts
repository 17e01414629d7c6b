import type { Language } from '@/protocol/generated/names'

export type Messages = Record<string, Record<string, unknown>>
type Loaders = Record<Language, () => Promise<{ default: Messages }>>

const FIRST: Loaders = { 'zh-CN': () => import('./zh-CN/first'), en: () => import('./en/first') }
const FURTHER: Loaders = { 'zh-CN': () => import('./zh-CN'), en: () => import('./en') }

/** The words that are read before any desk: the log-in, one's sessions, the frame. */
export async function firstWords(language: Language): Promise<Messages> {
  return (await FIRST[language]()).default
}

/** All words of the pages in one language: `login.title` is `title` of `login.json`. */
export async function words(language: Language): Promise<Messages> {
  const [first, further] = await Promise.all([FIRST[language](), FURTHER[language]()])
  return { ...first.default, ...further.default }
}
