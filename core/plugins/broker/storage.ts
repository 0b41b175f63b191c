import { STORAGE_BYTES, STORAGE_VALUE_BYTES } from '../limits.ts'
import type { AskingCall } from './asking-call.ts'
import { Refusal } from './refusal.ts'

const KEYS_MAX = 1_000

export async function readEntry(call: AskingCall, key: string) {
  return (await call.storage.get(call.instance, key)) ?? null
}

/** Answers the new version. */
export async function writeEntry(
  call: AskingCall,
  input: { key: string; value: unknown; if_version?: number },
): Promise<number> {
  const bytes = Buffer.byteLength(JSON.stringify(input.value))
  if (bytes > STORAGE_VALUE_BYTES)
    throw new Refusal(
      'E_LIMIT',
      `The value of "${input.key}" has ${bytes} bytes; ${STORAGE_VALUE_BYTES} is the most.`,
    )
  const bytesMax = call.manifest.permissions?.storage?.bytes ?? STORAGE_BYTES
  const written = await call.storage.set(call.instance, {
    key: input.key,
    value: input.value,
    bytes: bytes + Buffer.byteLength(input.key),
    ifVersion: input.if_version,
    bytesMax,
  })
  if (written === 'full') throw new Refusal('E_LIMIT', `The storage is full: ${bytesMax} bytes are granted.`)
  if (written === 'conflict')
    throw new Refusal('E_CONFLICT', `The entry "${input.key}" was changed meanwhile.`)
  return written
}

export async function removeEntry(call: AskingCall, key: string): Promise<null> {
  await call.storage.remove(call.instance, key)
  return null
}

export function listKeys(call: AskingCall, prefix: string): Promise<string[]> {
  return call.storage.list(call.instance, prefix, KEYS_MAX)
}
