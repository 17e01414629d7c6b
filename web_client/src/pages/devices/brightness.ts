const WIDTH = 32
const HEIGHT = 18

/** How bright a picture is on the whole, 0 to 255. */
export function brightness(film: HTMLVideoElement): number {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width: WIDTH, height: HEIGHT })
  const paint = canvas.getContext('2d', { willReadFrequently: true })
  if (paint === null) return 255
  paint.drawImage(film, 0, 0, WIDTH, HEIGHT)
  const { data } = paint.getImageData(0, 0, WIDTH, HEIGHT)
  let sum = 0
  for (let at = 0; at < data.length; at += 4) sum += ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3
  return sum / (data.length / 4)
}
