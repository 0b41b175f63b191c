import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 4096
const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES

/** Random bytes from the system, fetched many at a time, because each call costs more than the bytes do. */
export function fillRandom(bytes: Uint8Array): void {
  if (bytes.length > POOL_BYTES) return void randomFillSync(bytes)
  if (used + bytes.length > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = pool[used]!
    // What was given out is not kept.
    pool[used++] = 0
  }
}

export function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  fillRandom(bytes)
  return bytes
}
