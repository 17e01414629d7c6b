import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { MinutesLine } from '@/components/minutes/line'
import { alarmsIn, member, members, officer, phaseWords, sectionsIn, sentenceOf, sourceWords, type Names, type Say } from '@/components/minutes/sentence'
import { useMinutes } from '@/session/minutes'
import { useOfficers } from '@/session/officers'
import { useSession } from '@/session/session'

/** Names and sentences of the session at hand, as every desk around the committee says them. */
export function useNames() {
  const { t, te } = useI18n()
  const session = useSession()
  const minutes = useMinutes()
  const officers = useOfficers()
  const say: Say = { t: (key, params) => t(key, params ?? {}), te }

  const alarms = computed(() => alarmsIn(minutes.lines, say, session.view))
  const sections = computed(() => sectionsIn(minutes.lines))
  const names = computed<Names>(() => ({ say, view: session.view, alarms: alarms.value, sections: sections.value, officers: officers.names }))
  const byMember = computed<Record<string, string>>(() =>
    Object.fromEntries(Object.entries(session.view?.committee ?? {}).map(([id, one]) => [id, one.alias])),
  )
  const number = computed(() => Object.entries(session.view?.session.identifiers ?? {}).map(([scheme, text]) => `${scheme} ${text}`).join(' · '))
  const reached = computed(() => {
    const chain: readonly string[] = session.view?.phase.chain ?? []
    const begun = minutes.lines.filter((line) => line.code === 'PhaseOpened' && chain.includes(String(line.params['phase'])))
    return begun.length > 0 ? String(begun.at(-1)?.params['phase']) : null
  })
  const gp = computed(() => session.view?.session.regime === 'government_procurement')

  /** 主场, 副场一 …: the short word for a venue. */
  function place(id: string): string {
    const venues = session.view?.venues ?? {}
    if (venues[id]?.role === 'main') return t('host.matrix.main')
    const number = Object.keys(venues).filter((one) => venues[one]?.role === 'sub').indexOf(id) + 1
    const numeral = `host.matrix.numeral.${number}`
    return t('host.matrix.sub', { number: te(numeral) ? t(numeral) : number })
  }

  return {
    place,
    number,
    reached,
    byMember,
    gp,
    sentence: (line: MinutesLine): string => sentenceOf(line, names.value),
    who: (ids: readonly string[]): string => members([...ids], names.value),
    memberName: (id: string): string => member(id, names.value),
    officer: (account: string): string => officer(account, names.value),
    source: (id: string, kind = ''): string => sourceWords(id, names.value, kind),
    phase: (name: string): string => phaseWords(name, names.value),
    section: (id: string): string => session.view?.tender?.sections.find((one) => one.id === id)?.title ?? id,
    venue: (id: string | null): string => session.view?.venues?.[id ?? '']?.title ?? id ?? '',
  }
}
