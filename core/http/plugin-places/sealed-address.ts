import type { Ctx } from '../context.ts'

/** What an address carries for a while, sealed: nobody reads, makes or changes it, and it fits no other purpose. */
export function sealAddress(
  { state: { deps } }: Ctx,
  purpose: string,
  value: object,
  lastsMs: number,
): string {
  const text = JSON.stringify({ value, until: deps.clock.ms() + lastsMs })
  return Buffer.from(deps.keys.seal(text, placeOf(purpose))).toString('base64url')
}

/** Null when it is not ours, for another purpose, or over. */
export function openAddress<T>(
  { state: { deps } }: Pick<Ctx, 'state'>,
  purpose: string,
  token: string,
): T | null {
  const sealed = Buffer.from(token, 'base64url').toString()
  const found = whole<{ value: T; until: number }>(() => deps.keys.open(sealed, placeOf(purpose)))
  return found && found.until >= deps.clock.ms() ? found.value : null
}

const placeOf = (purpose: string) => ({ table: 'plugin_instances', column: 'address', row: purpose })

function whole<T>(open: () => string): T | null {
  try {
    return JSON.parse(open()) as T
  } catch {
    return null
  }
}
