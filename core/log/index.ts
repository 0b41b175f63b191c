import { pino, type DestinationStream } from 'pino'

/** Structured log: facts first, then the sentence. Secrets are masked by path. */
export interface Log {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
  child(facts: object): Log
}

const MASKED = ['password', 'secret', 'token', 'authorization', 'cookie', 'api_key'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
])

export function createLog(level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: MASKED, censor: '(hidden)' },
    },
    destination ?? pino.destination({ dest: 2, sync: false }),
  )
}

export const silentLog: Log = { debug: noop, info: noop, warn: noop, error: noop, child: () => silentLog }

function noop(): void {}
