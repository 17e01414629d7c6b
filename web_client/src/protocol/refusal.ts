import type { FieldProblem } from './generated/rest'

/** The server's no, or a fault of the way to it: a stable code, what fills in its sentence, when to try again. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly params: Readonly<Record<string, unknown>> = {},
    readonly retryMs: number | null = null,
    /** Further faults with their places, of a form or a file. */
    readonly errors: readonly FieldProblem[] = [],
  ) {
    super(code)
  }
}

/** Refusals that say nothing about the act itself: the same act is sent again after a while. */
export const PASSING: ReadonlySet<string> = new Set([
  'too_fast',
  'busy',
  'unavailable',
  'ledger_unavailable',
  'restart',
  'unknown_version',
])
