import { inflateSync } from 'node:zlib'

const LARGEST = 300 * 1024
const WIDEST = 3000

/**
 * Why a picture cannot be a logo; null when it can. What passes is drawn without failing: the library that draws it
 * decodes after the fact, where an error would have no one to hear it.
 */
export function logoProblem(bytes: Buffer): string | null {
  if (bytes.length > LARGEST) return `may have at most ${LARGEST / 1024} kB`
  if (bytes.subarray(0, 8).equals(PNG)) return pngProblem(bytes)
  if (bytes.readUInt16BE(0) === 0xffd8) return jpegProblem(bytes)
  return 'must be a PNG or a JPEG'
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Values of a pixel by the colour type of the head. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
const LAST_FILTER = 4
/** The library makes one call with an argument a byte. */
const LONGEST_TEXT = 10_000
const BROKEN = 'is broken'

function pngProblem(bytes: Buffer): string | null {
  const parts = chunks(bytes)
  const head = parts?.[0]?.type === 'IHDR' ? parts[0].data : null
  if (!parts || head?.length !== 13 || parts.at(-1)?.type !== 'IEND' || isAmbiguous(parts)) return BROKEN
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)]
  const channels = CHANNELS[head[9]!]
  if (head[8] !== 8 || head[12] !== 0 || !channels) return 'must have 8 bits a channel and not be interlaced'
  if (sizeProblem(width, height)) return sizeProblem(width, height)
  const colours = parts.find(({ type }) => type === 'PLTE')?.data.length
  if (colours === undefined ? head[9] === 3 : colours === 0 || colours % 3 !== 0) return BROKEN
  if (parts.some(({ type, data }) => type === 'tEXt' && data.length > LONGEST_TEXT))
    return `may hold texts of at most ${LONGEST_TEXT} bytes`
  const packed = Buffer.concat(parts.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  return areRows(packed, { height, length: 1 + width * channels }) ? null : BROKEN
}

/** Of several of a kind we might look at one, and the library draw another. */
const isAmbiguous = (parts: readonly { type: string }[]): boolean =>
  ['IHDR', 'PLTE', 'tRNS'].some((name) => parts.filter(({ type }) => type === name).length > 1)

/** Each row begins with the number of its filter. */
function areRows(packed: Buffer, { height, length }: { height: number; length: number }): boolean {
  try {
    const rows = inflateSync(packed, { maxOutputLength: height * length })
    if (rows.length !== height * length) return false
    for (let at = 0; at < rows.length; at += length) if (rows[at]! > LAST_FILTER) return false
    return true
  } catch {
    return false
  }
}

function chunks(bytes: Buffer): { type: string; data: Buffer }[] | null {
  const found = []
  for (let at = PNG.length; at < bytes.length;) {
    if (at + 12 > bytes.length) return null
    const length = bytes.readUInt32BE(at)
    if (at + 12 + length > bytes.length) return null
    const type = bytes.toString('latin1', at + 4, at + 8)
    found.push({ type, data: bytes.subarray(at + 8, at + 8 + length) })
    if (type === 'IEND') break
    at += 12 + length
  }
  return found
}

const sizeProblem = (width: number, height: number): string | null =>
  width === 0 || height === 0
    ? BROKEN
    : width > WIDEST || height > WIDEST
      ? `may be at most ${WIDEST} pixels wide and high`
      : null

/**
 * Markers that begin the frame: all of C0 to CF but tables (C4). The extension (C8) and arithmetic coding (CC) are none,
 * but the library takes them for one.
 */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4

const NOT_DRAWN: readonly number[] = [0xc8, 0xcc]

function jpegProblem(bytes: Buffer): string | null {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    if (isFrame(bytes[at + 1]!)) {
      if (NOT_DRAWN.includes(bytes[at + 1]!)) return BROKEN
      const [height, width, channels] = [
        bytes.readUInt16BE(at + 5),
        bytes.readUInt16BE(at + 7),
        bytes[at + 9],
      ]
      // What is archived (PDF/A) may hold colours of the screen only.
      if (channels !== 1 && channels !== 3) return 'must be in RGB or grey'
      return sizeProblem(width, height)
    }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return BROKEN
}
