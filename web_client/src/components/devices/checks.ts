/** What is tried of a workstation, in the order in which somebody sits down at it. */
export const TRIED = ['identity', 'camera', 'microphone', 'speaker', 'screen', 'network', 'clock'] as const
export type Tried = (typeof TRIED)[number]

export type Outcome = 'ok' | 'poor' | 'failed' | 'skipped'

export interface Found {
  outcome: Outcome
  /** In a few words, for the organisers. */
  note: string
}

export type Findings = Partial<Record<Tried, Found>>

/** Browsers whose permissions are given in different places. */
export type Browser = 'chromium' | 'firefox' | 'safari'

export function browserOf(agent: string): Browser {
  if (/firefox/i.test(agent)) return 'firefox'
  return /safari/i.test(agent) && !/chrom/i.test(agent) ? 'safari' : 'chromium'
}

export interface Trips {
  /** Milliseconds there and back, of those that came back. */
  rtt: readonly number[]
  sent: number
}

export interface Line {
  rtt: number
  jitter: number
  /** Of a hundred. */
  loss: number
}

/** What a few questions tell about a line: the middle of the times, how they differ, how many stayed away. */
export function lineOf({ rtt, sent }: Trips): Line {
  const sorted = [...rtt].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0
  const steps = rtt.slice(1).map((time, place) => Math.abs(time - (rtt[place] ?? time)))
  const jitter = steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length)
  return { rtt: Math.round(middle), jitter: Math.round(jitter), loss: Math.round((1 - rtt.length / Math.max(1, sent)) * 100) }
}

/** Scores go through on almost any line; pictures and talk need a quick one. */
export function lineOutcome({ rtt, loss }: Line): Outcome {
  if (loss >= 20 || rtt > 800) return 'failed'
  return loss > 0 || rtt > 200 ? 'poor' : 'ok'
}

/** The screens show server time; a computer that is far off has other faults, too. */
export function clockOutcome(offsetMs: number): Outcome {
  const off = Math.abs(offsetMs)
  if (off > 300_000) return 'failed'
  return off > 5000 ? 'poor' : 'ok'
}
