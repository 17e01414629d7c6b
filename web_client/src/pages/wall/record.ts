import type { MinutesLine } from '@/components/minutes/line'

// What was answered, or agreed to, by somebody else.
const ANSWERS: ReadonlySet<string> = new Set(['PauseRequestAnswered', 'ScreenGranted'])

/** What a supervisor has done, line by line, and what came of what he asked for. */
export function actsOf(lines: readonly MinutesLine[], account: string): MinutesLine[] {
  return lines.filter(({ code, params }) => params['by'] === account || ANSWERS.has(code))
}
