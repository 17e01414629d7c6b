/** One line of the minutes as the server tells it. */
export interface MinutesLine {
  at: number
  code: string
  params: Record<string, unknown>
}

export const MATTERS = ['progress', 'people', 'alarm', 'notice', 'oversight'] as const
/** What a line is about, for filters. */
export type Matter = (typeof MATTERS)[number]
export type LineTone = 'ok' | 'warn' | 'bad' | 'blue' | 'plain'

const OF_MATTER: Record<Exclude<Matter, 'progress'>, readonly string[]> = {
  people: [
    'CheckedIn', 'IdentityConfirmed', 'SeatReleased', 'Appointed', 'Revoked', 'Committed', 'Recused',
    'MemberReplaced', 'LinkLost', 'LinkBack', 'SecondDeviceRefused', 'LeaveGranted', 'ReturnedToSeat',
    'MoreTimeRequested', 'MoreTimeDue', 'DeviceCheckReported', 'WorkstationCleared',
  ],
  alarm: [
    'AlarmRaised', 'AlarmAcknowledged', 'AlarmHandled', 'AlarmClosed', 'AlarmEscalated',
    'SegmentsSealed', 'RecordingInterrupted', 'RecordingLost', 'RecordingBack',
  ],
  notice: ['NoticeSent', 'NoticeConfirmed', 'DisciplineAnnounced', 'Muted'],
  oversight: [
    'Paused', 'PauseDocumentSupplied', 'PauseDocumentOverdue', 'FaultClockExpired', 'Resumed',
    'RemarkRecorded', 'PauseRequested', 'PauseRequestAnswered', 'IntercomOpened', 'IntercomClosed',
    'LooksRecorded', 'ClipTaken', 'ScreenRequested', 'ScreenGranted',
  ],
}

const TONES: Record<Exclude<LineTone, 'plain'>, readonly string[]> = {
  ok: [
    'CheckedIn', 'IdentityConfirmed', 'Committed', 'LeadElected', 'PersonallyClosed', 'ChecksPassed',
    'GroupClosed', 'Revealed', 'ResultAccepted', 'ReportSigned', 'SessionClosed', 'Resumed', 'LinkBack', 'RecordingBack',
    'ReturnedToSeat', 'AlarmClosed', 'AlarmHandled', 'NoticeConfirmed', 'PricesConfirmed', 'WorkstationCleared',
  ],
  warn: [
    'LeaveGranted', 'SeatReleased', 'Recused', 'MemberReplaced', 'CellsReopened', 'BallotDeadlocked',
    'RecheckRequested', 'Paused', 'PauseRequested', 'PauseDocumentOverdue', 'AlarmRaised', 'AlarmEscalated',
    'MoreTimeDue', 'MoreTimeRequested', 'SigningRefused', 'SilentRefusalRecorded', 'RecordingInterrupted', 'Revoked',
  ],
  bad: [
    'LinkLost', 'SecondDeviceRefused', 'SessionFailed', 'EvaluationStopped', 'SessionAborted',
    'RecordingLost', 'FaultClockExpired',
  ],
  blue: ['PhaseOpened', 'SessionOpened', 'SectionOpened', 'NoticeSent', 'DisciplineAnnounced', 'ReportSubmitted', 'VoteOpened'],
}

/** Which filter shows a line. */
export function matterOf(code: string): Matter {
  for (const [matter, codes] of Object.entries(OF_MATTER)) if (codes.includes(code)) return matter as Matter
  return 'progress'
}

/** How a line is marked; the sentence beside it says the same. */
export function toneOf({ code, params }: MinutesLine): LineTone {
  if (code === 'AlarmRaised' && params['level'] === 'critical') return 'bad'
  for (const [tone, codes] of Object.entries(TONES)) if (codes.includes(code)) return tone as LineTone
  return 'plain'
}
