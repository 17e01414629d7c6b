import type { Messages } from '.'

/** Files by their name without folder and ending. */
export function named(files: Record<string, unknown>): Messages {
  return Object.fromEntries(
    Object.entries(files).map(([path, words]) => [
      path.replace(/^.*\/|\.json$/g, ''),
      words as Record<string, unknown>,
    ]),
  )
}
