import type * as Library from 'pdfjs-dist'
import type { PDFDocumentProxy, PDFPageProxy, PDFWorker } from 'pdfjs-dist'
import type { TextItem } from 'pdfjs-dist/types/src/display/api'

/** Character maps, standard fonts and decoders by file name: without them Chinese pages stay blank. */
const DATA: Record<string, string> = Object.fromEntries(
  Object.entries({
    ...import.meta.glob<string>('/node_modules/pdfjs-dist/cmaps/*.bcmap', { eager: true, query: '?url', import: 'default' }),
    ...import.meta.glob<string>('/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', { eager: true, query: '?url', import: 'default' }),
    ...import.meta.glob<string>('/node_modules/pdfjs-dist/wasm/{jbig2,openjpeg,qcms_bg}.wasm', { eager: true, query: '?url', import: 'default' }),
  }).map(([path, url]) => [path.slice(path.lastIndexOf('/') + 1), url]),
)

/** What pdf.js asks for while it reads a document, from among the files that came with the page. */
class Shipped {
  async fetch({ filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const url = DATA[filename]
    if (url === undefined) throw new Error(`not shipped: ${filename}`)
    const answer = await fetch(url)
    if (!answer.ok) throw new Error(`${answer.status}: ${filename}`)
    return new Uint8Array(await answer.arrayBuffer())
  }
}

/** One line of a document's table of contents. */
export interface Chapter {
  title: string
  page: number
  depth: number
}

/** A place of words on a page, in thousandths of it. */
export interface Found {
  page: number
  before: string
  words: string
  after: string
  rectangle: [number, number, number, number]
}

/** A document that is open: its pages, its chapters, its words. */
export class Paper {
  #words = new Map<number, Promise<TextItem[]>>()

  private constructor(
    private readonly document: PDFDocumentProxy,
    readonly chapters: readonly Chapter[],
    /** Width and height of the first page, in points: what the others are taken for until they are drawn. */
    readonly size: { width: number; height: number },
    private readonly library: typeof Library,
  ) {}

  /** Open what lies at this address, piece by piece as it is read. Raises what pdf.js raises. */
  static async open(url: string): Promise<Paper> {
    // The legacy build: the oldest browsers of a centre have no `Promise.withResolvers`.
    const library = (await import('pdfjs-dist/legacy/build/pdf.mjs')) as typeof Library
    const task = library.getDocument({
      url,
      worker: await workerOf(library),
      withCredentials: true,
      disableAutoFetch: true,
      disableStream: true,
      enableXfa: false,
      BinaryDataFactory: Shipped,
      useWorkerFetch: false,
      cMapUrl: '/',
      standardFontDataUrl: '/',
      wasmUrl: '/',
    } as Parameters<typeof Library.getDocument>[0])
    const document = await task.promise
    const first = (await document.getPage(1)).getViewport({ scale: 1 })
    return new Paper(document, await chaptersOf(document), first, library)
  }

  get pages(): number {
    return this.document.numPages
  }

  async page(number: number): Promise<PDFPageProxy> {
    return this.document.getPage(number)
  }

  /** Draw a page so wide in CSS pixels; resolves with its height. Raises an abort error when it is given up. */
  async draw(number: number, canvas: HTMLCanvasElement, width: number, signal: AbortSignal): Promise<number> {
    const page = await this.page(number)
    signal.throwIfAborted()
    const sharpness = Math.min(globalThis.devicePixelRatio || 1, 2)
    const natural = page.getViewport({ scale: 1 })
    const viewport = page.getViewport({ scale: (width / natural.width) * sharpness })
    canvas.width = Math.floor(viewport.width)
    canvas.height = Math.floor(viewport.height)
    const task = page.render({ canvas, viewport })
    signal.addEventListener('abort', () => task.cancel(), { once: true })
    await task.promise
    return (natural.height / natural.width) * width
  }

  /** All places of some words, page after page; at most so many. */
  async *find(wanted: string, most: number): AsyncGenerator<Found> {
    let found = 0
    for (let number = 1; number <= this.pages && found < most; number += 1) {
      for (const place of await this.#findOn(number, wanted)) {
        yield place
        found += 1
        if (found >= most) return
      }
    }
  }

  async close(): Promise<void> {
    await this.document.loadingTask.destroy()
  }

  async #findOn(number: number, wanted: string): Promise<Found[]> {
    const page = await this.page(number)
    const words = this.#words.get(number) ?? itemsOf(page)
    this.#words.set(number, words)
    const viewport = page.getViewport({ scale: 1 })
    return placesIn(await words, wanted).map(({ item, at, line }) => ({
      page: number,
      before: line.slice(Math.max(0, at - 14), at),
      words: line.slice(at, at + wanted.length),
      after: line.slice(at + wanted.length, at + wanted.length + 22),
      rectangle: this.#frame(item, viewport, wanted, at),
    }))
  }

  #frame(item: TextItem, viewport: PageView, wanted: string, at: number): Found['rectangle'] {
    const [, , , , x, y] = this.library.Util.transform(viewport.transform, item.transform) as number[]
    const share = item.width / Math.max(1, item.str.length)
    const height = Math.hypot(item.transform[2] as number, item.transform[3] as number)
    const left = (x ?? 0) + share * Math.min(at, item.str.length)
    const thousandth = (value: number, of: number): number => Math.min(1000, Math.max(0, Math.round((value / of) * 1000)))
    const top = thousandth((y ?? 0) - height, viewport.height)
    const start = thousandth(left, viewport.width)
    return [
      start, top,
      Math.max(start + 1, thousandth(left + share * wanted.length, viewport.width)),
      Math.max(top + 1, thousandth((y ?? 0) + height * 0.25, viewport.height)),
    ]
  }
}

let working: PDFWorker | null = null

/** One thread for all documents: it is there when the line is cut, and memory is not filled with copies. */
async function workerOf(library: typeof Library): Promise<PDFWorker> {
  if (working === null) {
    const { default: address } = await import('pdfjs-dist/legacy/build/pdf.worker.min.mjs?url')
    library.GlobalWorkerOptions.workerSrc = address
    working ??= new library.PDFWorker()
  }
  return working
}

type PageView = ReturnType<PDFPageProxy['getViewport']>

async function itemsOf(page: PDFPageProxy): Promise<TextItem[]> {
  const content = await page.getTextContent()
  return content.items.filter((item): item is TextItem => 'str' in item)
}

/** Words may run over the pieces that a PDF is written in: they are looked for in what follows each other. */
function placesIn(items: TextItem[], wanted: string): { item: TextItem; at: number; line: string }[] {
  const small = wanted.toLowerCase()
  return items.flatMap((item, place) => {
    const line = items.slice(place, place + 4).map((one) => one.str).join('')
    const found = []
    for (let at = line.toLowerCase().indexOf(small); at >= 0 && at < item.str.length; at = line.toLowerCase().indexOf(small, at + 1))
      found.push({ item, at, line })
    return found
  })
}

interface Node {
  title: string
  dest: string | unknown[] | null
  items: Node[]
}

// Deeper than a table of contents is ever shown.
const DEPTH = 3

async function chaptersOf(document: PDFDocumentProxy): Promise<Chapter[]> {
  const roots = ((await document.getOutline()) ?? []) as Node[]
  const chapters: Chapter[] = []
  async function walk(nodes: Node[], depth: number): Promise<void> {
    for (const node of nodes) {
      const page = await pageOf(document, node.dest)
      if (page !== null) chapters.push({ title: node.title.trim(), page, depth })
      if (depth + 1 < DEPTH) await walk(node.items, depth + 1)
    }
  }
  await walk(roots, 0)
  return chapters
}

async function pageOf(document: PDFDocumentProxy, dest: Node['dest']): Promise<number | null> {
  try {
    const place = typeof dest === 'string' ? await document.getDestination(dest) : dest
    const first = place?.[0]
    if (typeof first === 'number') return first + 1
    return first ? (await document.getPageIndex(first as Parameters<PDFDocumentProxy['getPageIndex']>[0])) + 1 : null
  } catch {
    // A chapter that leads nowhere is left out; the document is as good without it.
    return null
  }
}
