/** A private mark in somebody's own copy of a document, or a note beside it all. */
export interface Mark {
  id: string
  kind: 'bookmark' | 'note'
  /** Null for a note that belongs to no page. */
  bid: string | null
  document: string | null
  page: number | null
  text: string
  at: number
}
