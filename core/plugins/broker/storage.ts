import { STORAGE_BYTES, STORAGE_VALUE_BYTES } from '../limits.ts'
import type { StoragePlace } from '../ports.ts'
import type { AskingCall } from './asking-call.ts'
import { recordWithin } from './records.ts'
import { denied, Refusal } from './refusal.ts'

const KEYS_MAX = 1_000
const RECORDS_MAX = 1_000

/** Absent: what the instance keeps for itself. */
interface Beside {
  record?: string
}

async function placeOf(call: AskingCall, { record }: Beside): Promise<StoragePlace> {
  const at = { instance: call.instance, bundle: call.bundle }
  if (record === undefined) return { ...at, record: '' }
  if (call.manifest.permissions?.storage?.record_bytes === undefined)
    throw denied('Storage beside records is not declared.')
  return { ...at, record: await recordWithin(call, record) }
}

export async function readEntry(call: AskingCall, { key, ...beside }: Beside & { key: string }) {
  const found = unmoved(await call.storage.get(await placeOf(call, beside), key))
  return found ?? null
}

/** Answers the new version. */
export async function writeEntry(
  call: AskingCall,
  input: Beside & { key: string; value: unknown; if_version?: number },
): Promise<number> {
  const bytes = Buffer.byteLength(JSON.stringify(input.value))
  if (bytes > STORAGE_VALUE_BYTES)
    throw new Refusal(
      'E_LIMIT',
      `The value of "${input.key}" has ${bytes} bytes; ${STORAGE_VALUE_BYTES} is the most.`,
    )
  const at = await placeOf(call, input)
  const granted = call.manifest.permissions?.storage
  const bytesMax = (at.record === '' ? granted?.bytes : granted?.record_bytes) ?? STORAGE_BYTES
  const written = unmoved(
    await call.storage.set(at, {
      key: input.key,
      value: input.value,
      bytes: bytes + Buffer.byteLength(input.key),
      ifVersion: input.if_version,
      bytesMax,
    }),
  )
  if (written === 'full')
    throw new Refusal(
      'E_LIMIT',
      at.record === ''
        ? `The storage is full: ${bytesMax} bytes are granted.`
        : `The storage beside this record is full: ${bytesMax} bytes are granted.`,
    )
  if (written === 'conflict')
    throw new Refusal('E_CONFLICT', `The entry "${input.key}" was changed meanwhile.`)
  return written
}

export async function removeEntry(
  call: AskingCall,
  { key, ...beside }: Beside & { key: string },
): Promise<null> {
  unmoved(await call.storage.remove(await placeOf(call, beside), key))
  return null
}

export async function listKeys(
  call: AskingCall,
  { prefix, ...beside }: Beside & { prefix: string },
): Promise<string[]> {
  return call.storage.list(await placeOf(call, beside), prefix, KEYS_MAX)
}

/** Where it has kept something, it has been. */
export const listRecords = (call: AskingCall, { after }: { after: string }): Promise<string[]> =>
  call.storage.records(call.instance, after, RECORDS_MAX)

/**
 * A call that began before an upgrade would read and write what its version does not understand; one that began before
 * a removal, what nobody will read.
 */
function unmoved<T>(answer: T | 'moved'): T {
  if (answer === 'moved')
    throw new Refusal(
      'E_CONFLICT',
      'The plugin was upgraded or removed meanwhile; this version has its storage no longer.',
    )
  return answer
}
