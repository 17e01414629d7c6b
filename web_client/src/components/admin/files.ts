/** Hand a file to the reader: the browser asks where to or puts it among the downloads. */
export function handOver(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The download has its own hold on the content by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

const KIB = 1024

/** 812 B, 4.2 KiB, 1.1 MiB */
export function fileSize(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`
  const thousands = bytes / KIB
  if (thousands < KIB) return `${thousands.toFixed(1)} KiB`
  return `${(thousands / KIB).toFixed(1)} MiB`
}
