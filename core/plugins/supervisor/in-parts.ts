import { MESSAGE_BYTES_MAX } from '../limits.ts'

/** A unit of UTF-16 takes three bytes of UTF-8 at most. */
const PART_LENGTH = Math.floor(MESSAGE_BYTES_MAX / 3)

/** A text as pieces of which each is one message: as it is when it fits. */
export function inParts(text: string): { before: string[]; last: string } {
  if (Buffer.byteLength(text) <= MESSAGE_BYTES_MAX) return { before: [], last: text }
  const before: string[] = []
  let at = 0
  while (text.length - at > PART_LENGTH) {
    const end = partEnd(text, at + PART_LENGTH)
    before.push(text.slice(at, end))
    at = end
  }
  return { before, last: text.slice(at) }
}

/** The halves of a character of two units cannot be written by themselves. */
const partEnd = (text: string, end: number): number =>
  /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end
