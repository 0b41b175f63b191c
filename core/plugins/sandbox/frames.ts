import type { Readable } from 'node:stream'

/** A frame is: length of all that follows (u32), length of the head (u32), head as JSON, body as text. */
export interface Frame<Head> {
  head: Head
  body: string
  /** Of the whole frame. */
  bytes: number
}

const PREFIX_BYTES = 4

export function frameOf(head: object, body = ''): Buffer {
  const headText = JSON.stringify(head)
  const headBytes = Buffer.byteLength(headText)
  const bodyBytes = Buffer.byteLength(body)
  const frame = Buffer.allocUnsafe(2 * PREFIX_BYTES + headBytes + bodyBytes)
  frame.writeUInt32BE(PREFIX_BYTES + headBytes + bodyBytes, 0)
  frame.writeUInt32BE(headBytes, PREFIX_BYTES)
  frame.write(headText, 2 * PREFIX_BYTES)
  frame.write(body, 2 * PREFIX_BYTES + headBytes)
  return frame
}

export interface FrameReader {
  /** Bytes a frame may have; a longer one, or one that is no frame, ends the reading by `onBroken`. */
  maxBytes: number
  onFrame(frame: Frame<unknown>): void
  onBroken(reason: string): void
}

/** Reads frames. Never holds more than one frame and one chunk of the pipe. */
export function readFrames(pipe: Readable, reader: FrameReader): void {
  let chunks: Buffer[] = []
  let held = 0
  let needed = PREFIX_BYTES
  let broken = false
  const fail = (reason: string) => {
    broken = true
    chunks = []
    reader.onBroken(reason)
  }
  pipe.on('data', (chunk: Buffer) => {
    if (broken) return
    chunks.push(chunk)
    held += chunk.length
    if (held < needed) return
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    while (bytes.length >= PREFIX_BYTES && !broken) {
      const length = bytes.readUInt32BE(0)
      if (length > reader.maxBytes) return fail(`a frame of ${length} bytes; ${reader.maxBytes} is the most`)
      needed = PREFIX_BYTES + length
      if (bytes.length < needed) break
      const payload = bytes.subarray(PREFIX_BYTES, needed)
      bytes = bytes.subarray(needed)
      needed = PREFIX_BYTES
      const frame = decode(payload)
      if (frame === undefined) return fail('a frame that is not JSON')
      reader.onFrame(frame)
    }
    chunks = bytes.length > 0 ? [bytes] : []
    held = bytes.length
  })
}

function decode(payload: Buffer): Frame<unknown> | undefined {
  if (payload.length < PREFIX_BYTES) return undefined
  const headEnd = PREFIX_BYTES + payload.readUInt32BE(0)
  if (headEnd > payload.length) return undefined
  try {
    const head: unknown = JSON.parse(payload.toString('utf8', PREFIX_BYTES, headEnd))
    return { head, body: payload.toString('utf8', headEnd), bytes: PREFIX_BYTES + payload.length }
  } catch {
    return undefined
  }
}
