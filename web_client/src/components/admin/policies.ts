import KINDS from './policies.json'
import type { TenderFile } from './tender'

interface Kind {
  name: string
  default: string
  words?: readonly string[]
  by_regime?: Readonly<Record<string, string>>
}

/** One rule as it holds in a tender. */
export interface Rule {
  name: string
  value: string
  /** The value has a sentence of its own; another one is a number or names sections. */
  word: boolean
  clause: string
  since: string
  /** The tender names it; else the default holds. */
  given: boolean
}

/** Every rule of a tender, those it names first. The server's table has the same names and defaults: a test holds it. */
export function rulesOf(tender: TenderFile): Rule[] {
  const rules = (KINDS as readonly Kind[]).map((kind) => ruleOf(kind, tender))
  return [...rules.filter(({ given }) => given), ...rules.filter(({ given }) => !given)]
}

function ruleOf(kind: Kind, tender: TenderFile): Rule {
  const given = tender.policies?.find(({ name }) => name === kind.name)
  const value = given?.value ?? kind.by_regime?.[tender.regime] ?? kind.default
  return {
    name: kind.name,
    value,
    word: kind.words?.includes(value) === true,
    clause: given?.source_clause ?? '',
    since: given?.effective_from ?? '',
    given: given !== undefined,
  }
}
