import { useMarks } from './marks'
import { useUnsent } from './unsent'

/** What was found in this browser when the workstation was cleared, and is gone. */
export interface Cleared {
  unsent: number
  marks: number
  caches: number
  databases: number
}

/**
 * 工位清场: remove everything of the evaluation from this browser, whoever's and of whichever session.
 * What is left afterwards is the choice of language and text size.
 */
export async function clearWorkstation(): Promise<Cleared> {
  const unsent = useUnsent()
  const marks = useMarks()
  const found = { unsent: unsent.entries.length, marks: marks.marks.length }
  await unsent.wipe()
  await marks.wipe()
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
