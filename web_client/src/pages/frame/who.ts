import type { View } from '@/protocol/view'
import type { Office } from '@/protocol/generated/names'

type Say = (key: string) => string

/** What one is: in a session a member or the holder of its offices, elsewhere an office of the house. */
export function officeWords(t: Say, view: View | null, office: Office | null, name: string): string {
  if (view === null) return office === null ? '' : t(`trade.house.${office}`)
  const { member, roles, workstation } = view.me
  if (member === null) return roles.map((role) => t(`trade.role.${role}`)).join(' · ')
  const own = view.committee?.[member]
  // Whoever is called by his alias anyway is told what he is.
  const named = own === undefined || own.alias === name ? t('trade.role.member') : own.alias
  return workstation === null ? named : `${named} · ${workstation}`
}
