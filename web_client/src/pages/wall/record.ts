import type { MinutesLine } from '@/components/minutes/line'

// Nobody else can do these.
const OF_SUPERVISION: ReadonlySet<string> = new Set(['PauseRequested', 'PauseRequestAnswered', 'PauseDocumentSupplied', 'StartApproved', 'IntercomOpened', 'IntercomClosed', 'ScreenGranted'])
// These say who did them.
const SIGNED: ReadonlySet<string> = new Set(['RemarkRecorded', 'ScreenRequested', 'ClipTaken'])

/** What supervision has done, line by line; remarks, requests and clips are those of one person. */
export function actsOf(lines: readonly MinutesLine[], account: string): MinutesLine[] {
  let own = false
  return lines.filter(({ code, params }) => {
    if (OF_SUPERVISION.has(code)) return true
    if (SIGNED.has(code)) return params['by'] === account
    if (code === 'NoticeSent') return params['kind'] !== 'announcement'
    if (code === 'AlarmAcknowledged') return params['role'] === 'supervisor'
    if (code === 'Paused') return (own = params['kind'] === 'supervision')
    return code === 'Resumed' && own
  })
}
