import { OUTPUT_BYTES_FLOOD, OUTPUT_BYTES_PER_MINUTE, OUTPUT_CHUNKS_PER_MINUTE } from '../limits.ts'

const MINUTE_MS = 60_000

export interface OutputEars {
  ms(): number
  /** Hears what was printed, cut, and how much of it was not told. */
  tell(text: string): void
  /** So much comes only from a process that means it. */
  flood(): void
}

/** What a host process prints. Ours prints nothing but what the engine says when it breaks. */
export interface HostOutput {
  hear(chunk: Buffer): void
  /** Tells what was dropped; nothing more comes. */
  end(): void
}

/** Tells so much a minute; what is beyond is not even made text, but counted and told when the minute is over. */
export function createHostOutput({ ms, tell, flood }: OutputEars): HostOutput {
  let [since, chunks, bytes, dropped] = [ms(), 0, 0, 0]
  const end = () => {
    if (dropped > 0) tell(`${dropped} bytes of its output were dropped.`)
    dropped = 0
  }
  return {
    hear(chunk) {
      if (ms() - since >= MINUTE_MS) {
        end()
        ;[since, chunks, bytes] = [ms(), 0, 0]
      }
      const room = ++chunks > OUTPUT_CHUNKS_PER_MINUTE ? 0 : Math.max(0, OUTPUT_BYTES_PER_MINUTE - bytes)
      bytes += chunk.length
      const told = chunk.subarray(0, Math.min(room, CHUNK_BYTES))
      dropped += chunk.length - told.length
      if (told.length > 0) tell(told.toString('utf8'))
      if (bytes > OUTPUT_BYTES_FLOOD) flood()
    },
    end,
  }
}

const CHUNK_BYTES = 2_000
