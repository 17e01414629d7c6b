import type { Language } from '@/protocol/generated/names'

type Sentences = Record<string, string>

const LOADERS: Record<Language, () => Promise<{ default: Sentences }>> = {
  'zh-CN': () => import('@/protocol/generated/sentences.zh-CN.json'),
  en: () => import('@/protocol/generated/sentences.en.json'),
}

const known = new Map<Language, Sentences>()

/** Bring the server's sentences of a language; they are shown without asking from then on. */
export async function bring(language: Language): Promise<void> {
  if (!known.has(language)) known.set(language, (await LOADERS[language]()).default)
}

/** The server's sentence for a key with its parameters filled in; null for a key it has none for. */
export function sentence(
  language: Language,
  key: string,
  params: Readonly<Record<string, unknown>> = {},
): string | null {
  const template = known.get(language)?.[key]
  return template?.replace(/\{(\w+)\}/g, (_all, name: string) => shown(params[name])) ?? null
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join('、')
  return value === undefined || value === null ? '…' : String(value)
}
