import type { Chapter } from './pdf'

/** The chapter a page lies in: the last that begins on it or before it; −1 before the first. */
export function chapterAt(chapters: readonly Chapter[], page: number): number {
  return chapters.findLastIndex((chapter) => chapter.page <= page)
}

/** Where another document treats the same matter: its chapter of the same number or title. */
export function sameChapter(from: Chapter, others: readonly Chapter[]): Chapter | null {
  const title = plain(from.title)
  const number = numberOf(from.title)
  return (
    others.find((chapter) => plain(chapter.title) === title) ??
    others.find((chapter) => number !== null && numberOf(chapter.title) === number) ??
    null
  )
}

const plain = (title: string): string => title.replace(/[\s　.．、·]+/g, '').toLowerCase()

/** 第四章, 4.2, 附件一: what a chapter is called by. */
function numberOf(title: string): string | null {
  const found = /^(第\s*[一二三四五六七八九十百\d]+\s*[章节卷部篇]|附[件录表]\s*[一二三四五六七八九十\d]*|\d+(?:[.．]\d+)*)/.exec(title.trim())
  return found?.[1]?.replace(/\s+/g, '').replace(/．/g, '.') ?? null
}
