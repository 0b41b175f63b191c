import { memoryStorage } from '../../../core/conformance/memory-storage.ts'
import { recordFinder } from '../../../core/app/wire/plugin-records.ts'
import { pluginWrites } from '../../../core/app/wire/plugin-writes.ts'
import type { Db } from '../../../core/db/index.ts'
import type { Means } from '../../../core/records/index.ts'
import { databaseWrites, readManifest } from '../../../core/plugins/index.ts'
import { openDesk } from '../../../core/plugins/broker/broker.ts'
import type { AskingCall } from '../../../core/plugins/broker/asking-call.ts'
import { minimalManifest } from './setup.ts'

export interface WriteCall {
  data: readonly string[]
  auto_approval?: readonly object[]
  limits?: Record<string, number>
  brandId?: string | null
  instance?: string
  /** Records and client that the call is about. */
  about?: { records: readonly string[]; clientId: string | null }
  /** The event that the call hears. */
  cause?: string
  readOnly?: string
  signal?: AbortSignal
}

export type AskToWrite = (scope: string, id: string, reference: string, body: unknown) => Promise<unknown>

/** One call of a plugin that only writes, as the broker sees it. Refusals are answered as "CODE message". */
export function writeCall(means: Means, what: WriteCall): AskToWrite {
  const { data, auto_approval, limits = {}, brandId = null, instance = 'plg_a' } = what
  const permissions = { data, ...(auto_approval ? { auto_approval } : {}) }
  const text = JSON.stringify({ ...minimalManifest('writer'), limits, permissions })
  const call = {
    ...{ instance, brandId, bundle: '0', manifest: readManifest(text, 'plugin.json'), scopes: new Map() },
    ...{ storage: memoryStorage(), findRecord: recordFinder(means.db), upgrades: false },
    ...{ about: what.about ?? { records: [], clientId: null }, readOnly: what.readOnly },
    cause: what.cause ?? null,
    ...{ writes: databaseWrites(means, pluginWrites), signal: what.signal ?? new AbortController().signal },
  } as unknown as AskingCall
  const broken = (error: unknown) => {
    throw error
  }
  const ask = openDesk(call, { refused: () => undefined, broken })
  return async (scope, id, reference, body) => {
    const { ok, text: answer } = await ask('record_request', JSON.stringify({ scope, id, reference, body }))
    const value = JSON.parse(answer) as { code: string; message: string }
    return ok ? value : `${value.code} ${value.message}`
  }
}

const at = '2026-01-15T10:00:00.000Z'

/** Instances of a plugin beside those of the fixture, by brand. */
export async function addInstance(db: Db, id: string, brandId: string | null = null): Promise<void> {
  const facts = { settings: '{}', status: 'active', created_at: at, updated_at: at }
  await db.insert('plugin_instances', [
    { id, plugin_id: 'fake', brand_id: brandId, name: `Writer ${id}`, ...facts },
  ])
}

export async function addOrder(db: Db, id: string, clientId = 'cli_a', brandId = 'brd_a'): Promise<void> {
  await db.insert('orders', [
    {
      ...{ id, brand_id: brandId, client_id: clientId, number: id.toUpperCase(), status: 'placed' },
      ...{ currency: 'EUR', subtotal_minor: 1_000n, discount_minor: 0n, tax_minor: 0n, total_minor: 1_000n },
      ...{ access_key_hash: id, placed_by: 'usr_1', address: '', agent: '', evidence: '{}', terms: '{}' },
      ...{ placed_at: at, created_at: at, updated_at: at },
    },
  ])
}
