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

/** A head names a few numbers; the rest of a frame is its body. */
const HEAD_BYTES_MAX = 4_096

/** Reads frames. Holds no more than one of them, however small the pieces are in which it comes. */
export function readFrames(pipe: Readable, reader: FrameReader): void {
  const prefix = Buffer.alloc(PREFIX_BYTES)
  let filling = prefix
  let filled = 0
  let broken = false
  const fail = (reason: string) => {
    broken = true
    filling = prefix
    reader.onBroken(reason)
  }
  pipe.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !broken;) {
      const taken = chunk.copy(filling, filled, at)
      at += taken
      filled += taken
      if (filled < filling.length) return
      filled = 0
      if (filling === prefix) {
        const length = prefix.readUInt32BE(0)
        if (length > reader.maxBytes)
          return fail(`a frame of ${length} bytes; ${reader.maxBytes} is the most`)
        filling = Buffer.allocUnsafe(Math.max(length, PREFIX_BYTES))
        continue
      }
      const frame = decode(filling)
      filling = prefix
      if (frame === undefined) return fail('a frame that is not JSON')
      reader.onFrame(frame)
    }
  })
}

function decode(payload: Buffer): Frame<unknown> | undefined {
  const headBytes = payload.readUInt32BE(0)
  const headEnd = PREFIX_BYTES + headBytes
  if (headBytes > HEAD_BYTES_MAX || headEnd > payload.length) return undefined
  try {
    const head: unknown = JSON.parse(payload.toString('utf8', PREFIX_BYTES, headEnd))
    return { head, body: payload.toString('utf8', headEnd), bytes: PREFIX_BYTES + payload.length }
  } catch {
    return undefined
  }
}
