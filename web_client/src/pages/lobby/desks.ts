import type { Audience } from '@/protocol/view'
import type { IconName } from '@/components/icons'

/** A page of a session that somebody works at. */
export interface Desk {
  route: 'host' | 'expert' | 'wall' | 'witness' | 'audit'
  icon: IconName
}

/** The desks an audience may sit down at, its own first. */
export function desksOf({ member, roles }: Audience): Desk[] {
  const desks: Desk[] = []
  if (member !== null) desks.push({ route: 'expert', icon: 'scale' })
  if (roles.includes('agency_lead')) desks.push({ route: 'host', icon: 'desk' })
  if (roles.includes('supervisor')) desks.push({ route: 'wall', icon: 'wall' })
  if (roles.some((role) => role === 'witness' || role === 'center_staff' || role === 'sub_venue_contact'))
    desks.push({ route: 'witness', icon: 'eye' })
  if (roles.includes('auditor')) desks.push({ route: 'audit', icon: 'list' })
  return desks
}
