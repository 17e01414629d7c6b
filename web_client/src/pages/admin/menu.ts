import type { Office } from '@/protocol/generated/names'
import type { IconName } from '@/components/icons'

export interface MenuEntry {
  /** The last part of its address, and the key of its word. */
  key: string
  icon: IconName
}

/** What each of the three offices works at. All of it stands in everybody's menu: nothing is hidden. */
export const MENU: readonly { office: Office; entries: readonly MenuEntry[] }[] = [
  {
    office: 'system',
    entries: [
      { key: 'sessions', icon: 'scale' },
      { key: 'tenders', icon: 'list' },
      { key: 'documents', icon: 'document' },
      { key: 'places', icon: 'building' },
      { key: 'workstations', icon: 'desk' },
      { key: 'cameras', icon: 'camera' },
    ],
  },
  {
    office: 'security',
    entries: [
      { key: 'accounts', icon: 'people' },
      { key: 'tokens', icon: 'network' },
      { key: 'deletions', icon: 'bin' },
    ],
  },
  {
    office: 'audit',
    entries: [
      { key: 'log', icon: 'eye' },
      { key: 'confirmations', icon: 'check' },
      { key: 'keys', icon: 'shield' },
    ],
  },
]
