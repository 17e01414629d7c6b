import { drawer, inDrawer } from './drawer'
import { useDrafts } from './drafts'
import { useMarks } from './marks'
import { useTexts } from './texts'
import { useUnsent } from './unsent'

/** What was found in this browser when the workstation was cleared, and is gone. */
export interface Cleared {
  unsent: number
  marks: number
  caches: number
  databases: number
}

// What was wiped by itself when the session ended counts when the workstation is cleared.
const wiped = { unsent: 0, marks: 0 }

/** Leave nothing that was typed or marked in this browser: after the end, at log-out, for whoever is let in no more. */
export async function wipe(): Promise<void> {
  const [unsent, drafts, marks, texts] = [useUnsent(), useDrafts(), useMarks(), useTexts()]
  wiped.unsent += unsent.entries.length + drafts.drafts.size + texts.texts.size
  wiped.marks += marks.marks.length
  for (const store of [unsent, drafts, marks, texts]) store.drop()
  await inDrawer(() => drawer.empty())
}

/**
 * 工位清场: remove everything of the evaluation from this browser, whoever's and of whichever session.
 * What is left afterwards is the choice of language and text size.
 */
export async function clearWorkstation(): Promise<Cleared> {
  await wipe()
  const found = { ...wiped }
  Object.assign(wiped, { unsent: 0, marks: 0 })
  const names = 'caches' in globalThis ? await caches.keys() : []
  await Promise.all(names.map((name) => caches.delete(name)))
  sessionStorage.clear()
  return { ...found, caches: names.length, databases: await dropDatabases() }
}

/** Remove the databases themselves; how many there were. */
async function dropDatabases(): Promise<number> {
  const found = 'indexedDB' in globalThis && 'databases' in indexedDB ? await indexedDB.databases() : []
  const names = found.map((one) => one.name).filter((name) => name?.startsWith('evalroom'))
  await Promise.all(names.map((name) => dropped(name as string)))
  return names.length
}

function dropped(name: string): Promise<void> {
  return new Promise((done) => {
    const request = indexedDB.deleteDatabase(name)
    // Another window still reads it: it goes when that window does, and is empty meanwhile.
    request.onsuccess = request.onerror = request.onblocked = () => done()
  })
}
