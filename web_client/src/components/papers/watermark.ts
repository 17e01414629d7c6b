// Steep enough to cross every line of text, light enough to read through.
const ANGLE = (-22 * Math.PI) / 180
const STRENGTH = 'rgb(26 71 134 / 11%)'

/** Draw whose screen this is all over a page: seat and session, never a name. */
export function stamp(canvas: HTMLCanvasElement, words: string): void {
  const pen = canvas.getContext('2d')
  if (pen === null) return
  const size = Math.max(12, canvas.width / 42)
  pen.save()
  pen.setTransform(1, 0, 0, 1, 0, 0)
  pen.font = `${size}px "ER Latin", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`
  pen.fillStyle = STRENGTH
  pen.rotate(ANGLE)
  const wide = pen.measureText(words).width + size * 6
  const tall = size * 9
  const reach = Math.hypot(canvas.width, canvas.height)
  for (let y = 0, row = 0; y < reach * 1.3; y += tall, row += 1)
    for (let x = -reach * 0.4 + (row % 2) * (wide / 2); x < reach; x += wide) pen.fillText(words, x, y)
  pen.restore()
}
