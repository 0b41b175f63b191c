import { Type, type Static } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { defineVerb, updateVersioned } from '../../records/index.ts'
import { STORAGE_KEY_LENGTH, STORAGE_VALUE_BYTES } from '../limits.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { secretFields } from '../manifest/read-manifest.ts'
import { DataOther, DataTooLarge } from '../package/index.ts'
import type { FindRecord } from '../ports.ts'
import { checkSettings } from './check-settings.ts'
import type { PluginAdmin } from './instance-verbs.ts'
import { getInstance, type Instance } from './plugin-row.ts'
import { putEntry, raiseFloor } from './plugin-storage.ts'
import { stillTyped, trustedIn, withoutTrusted, withTrusted } from './trusted-hosts.ts'
import { hostFields, hostsIn } from './typed-hosts.ts'

const Entry = Type.Object(
  {
    /** Empty: of the instance itself. */
    record: Type.String({ maxLength: 64 }),
    key: Type.String({ minLength: 1, maxLength: STORAGE_KEY_LENGTH }),
    value: Type.Unknown(),
  },
  { additionalProperties: false },
)

/** Settings and storage of an instance as a file. Secrets never leave, nor which hosts staff trust here. */
export const InstanceData = Type.Object(
  {
    format: Type.Literal('berth-instance/1'),
    plugin: Type.String({ maxLength: 40 }),
    version: Type.String({ maxLength: 100 }),
    settings: Type.Record(Type.String(), Type.Unknown()),
    storage: Type.Array(Entry, { maxItems: 1_000_000 }),
  },
  { additionalProperties: false },
)
export type InstanceData = Static<typeof InstanceData>

export const exportInstance = defineVerb(
  {
    permission: 'plugin_instance.export',
    audience: ['staff'],
    input: Type.Object({ instance_id: Type.String() }),
  },
  async (means: PluginAdmin, { instance_id }, actor): Promise<InstanceData> => {
    const { id, manifest, settings } = await getInstance(means.db, instance_id)
    const rows = await means.db.all<{ record: string; key: string; value: string }>(sql`
      select record_id as record, storage_key as key, value from plugin_storage
      where instance_id = ${id} order by record_id, storage_key`)
    await means.db.transaction((trx) =>
      recordAudit(means, trx, actor, [
        { action: 'plugin_instance.export', subject: id, after: { entries: rows.length } },
      ]),
    )
    return {
      ...{ format: 'berth-instance/1', plugin: manifest.id, version: manifest.version },
      settings: withoutTrusted(JSON.parse(settings) as Record<string, unknown>),
      storage: rows.map((row) => ({ ...row, value: JSON.parse(row.value) as unknown })),
    }
  },
)

/**
 * Puts settings and storage of a file in the place of what an instance of the same plugin and version has. Its secrets
 * stay. What stood beside a record that there is not here, or in another brand than that of the instance, is left out;
 * how much that was is answered.
 */
export const importInstance = defineVerb(
  {
    permission: 'plugin_instance.import',
    audience: ['staff'],
    input: Type.Object({ instance_id: Type.String(), data: InstanceData }),
  },
  async (
    means: PluginAdmin & { readonly findRecord: FindRecord },
    { instance_id, data },
    actor,
  ): Promise<{ taken: number; left_out: number }> => {
    const instance = await getInstance(means.db, instance_id)
    refuseOther(instance, data)
    const settings = await fitting(means, instance, data.settings)
    const entries = await withRecord(means.findRecord, instance, data.storage)
    refuseLarge(instance.manifest, entries)
    const now = means.business.now()
    const counts = { taken: entries.length, left_out: data.storage.length - entries.length }
    await means.db.transaction(async (trx) => {
      await updateVersioned(means, trx, {
        ...{ table: 'plugin_instances', what: 'plugin instance', row: instance },
        set: { settings: JSON.stringify(settings) },
      })
      const floor = await raiseFloor(trx, instance.id)
      await trx.run(sql`delete from plugin_storage where instance_id = ${instance.id}`)
      for (const { record, key, value } of entries)
        await putEntry(
          trx,
          { instance: instance.id, record },
          { key, value, bytes: bytesOf({ key, value }), version: floor + 1, now },
        )
      await recordAudit(means, trx, actor, [
        { action: 'plugin_instance.import', subject: instance.id, after: { ...settings, ...counts } },
      ])
    })
    means.drain(instance.id)
    await means.reread?.()
    return counts
  },
)

function refuseOther({ manifest }: Instance, { plugin, version }: InstanceData): void {
  if (plugin === manifest.id && version === manifest.version) return
  throw DataOther({ found: `${plugin} ${version}`, wanted: `${manifest.id} ${manifest.version}` })
}

async function fitting(
  means: PluginAdmin,
  { id, manifest, settings: before }: Instance,
  settings: InstanceData['settings'],
): Promise<Record<string, unknown>> {
  const kept = await means.db.all<{ name: string }>(sql`select name from secrets where owner_id = ${id}`)
  const given = checkSettings(
    manifest,
    settings,
    kept.map(({ name }) => name),
  )
  const secrets = new Set(secretFields(manifest.settings))
  const open = Object.fromEntries(Object.entries(given).filter(([name]) => !secrets.has(name)))
  const trusted = trustedIn(JSON.parse(before) as Record<string, unknown>)
  return withTrusted(open, stillTyped(trusted, hostsIn(hostFields(manifest, 'settings'), open)))
}

type Entries = InstanceData['storage']

async function withRecord(find: FindRecord, { brand_id }: Instance, entries: Entries): Promise<Entries> {
  const known = new Map<string, boolean>([['', true]])
  for (const { record } of entries) {
    if (known.has(record)) continue
    const found = await find(record)
    known.set(record, found !== null && (brand_id === null || found.brandId === brand_id))
  }
  return entries.filter(({ record }) => known.get(record) === true)
}

const bytesOf = ({ key, value }: Pick<Entries[number], 'key' | 'value'>): number =>
  Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(value))

/** The same quotas as when the plugin writes. */
function refuseLarge({ permissions }: Manifest, entries: Entries): void {
  const { bytes = 0, record_bytes = 0 } = permissions?.storage ?? {}
  const used = new Map<string, number>()
  for (const entry of entries) {
    const size = bytesOf(entry)
    const sum = (used.get(entry.record) ?? 0) + size
    used.set(entry.record, sum)
    const most = entry.record === '' ? bytes : record_bytes
    if (sum > most || size > STORAGE_VALUE_BYTES + STORAGE_KEY_LENGTH)
      throw DataTooLarge({ key: entry.key, most })
  }
}
