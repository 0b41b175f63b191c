import { Type } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { NotFound, type Actor } from '../../kernel/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { defineVerb, updateVersioned, type Means } from '../../records/index.ts'
import { putSecret } from '../../secrets/index.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { secretFields } from '../manifest/read-manifest.ts'
import { checkSettings } from './check-settings.ts'
import { findPlugin } from './inspect-package.ts'
import type { MoveInstance } from './move-instances.ts'
import { getInstance, type InstanceRow } from './plugin-row.ts'
import { refuseUngranted } from './refuse-ungranted.ts'
import { changeTrust, Trust, trustAudit, trustedIn, withTrusted } from './trusted-hosts.ts'
import { hostFields, hostsIn } from './typed-hosts.ts'
import type { Shipped } from './version-before.ts'

/** Told when an instance changed, so that its isolates start anew. */
export interface PluginAdmin extends Means {
  readonly drain: (instanceId: string) => void
  /** Hooks and pages of this process hear at once who listens and shows something, instead of a while later. */
  readonly reread?: () => Promise<void>
  /** The registry now says whether the plugin runs: what this process remembers of its lost hosts goes. */
  readonly forgive?: (pluginId: string) => void
  /** Runs the upgrade step of a new version; absent where no plugin host is. */
  readonly move?: MoveInstance
  /** What a package that is rolled back may give its place to. */
  readonly shipped?: Shipped
}

const name = Type.String({ minLength: 1, maxLength: 100 })
const settings = Type.Record(Type.String(), Type.Unknown())

const TRUST = 'plugin_instance.trust'

/** Sets a plugin up once more: its own settings, secrets, storage, isolates and webhook address. */
export const createInstance = defineVerb(
  {
    permission: 'plugin_instance.create',
    audience: ['staff'],
    input: Type.Object({
      plugin_id: Type.String(),
      name,
      brand_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      settings,
      trust: Type.Optional(Trust),
    }),
  },
  async (means: PluginAdmin, input, actor) => {
    const plugin = await findPlugin(means.db, input.plugin_id)
    if (!plugin) throw NotFound({ what: 'plugin', id: input.plugin_id })
    refuseUngranted(plugin)
    const { manifest } = plugin
    const { open, secret } = separated(manifest, checkSettings(manifest, input.settings, []))
    const typed = hostsIn(hostFields(manifest, 'settings'), open)
    const trusts = changeTrust({ before: [], wanted: input.trust, typed }, TRUST, actor)
    const now = means.business.now()
    const row: InstanceRow = {
      id: means.newId('plg'),
      plugin_id: input.plugin_id,
      brand_id: input.brand_id ?? null,
      name: input.name,
      settings: JSON.stringify(withTrusted(open, trusts.after)),
      status: 'active',
      storage_bundle: null,
      position: 0,
      version: 1,
      created_at: now,
      updated_at: now,
    }
    await means.db.transaction(async (trx) => {
      await trx.insert('plugin_instances', [row])
      await putSecrets(means, trx, { ownerId: row.id, values: secret }, actor)
      await recordAudit(means, trx, actor, [
        {
          action: 'plugin_instance.create',
          subject: row.id,
          after: { ...open, secrets: Object.keys(secret) },
        },
        ...trustAudit(TRUST, row.id, trusts),
      ])
    })
    await means.reread?.()
    return row
  },
)

/** Changes name and settings. A secret that is left empty stays as it is. */
export const changeInstance = defineVerb(
  {
    permission: 'plugin_instance.change',
    audience: ['staff'],
    input: Type.Object({
      ...{ instance_id: Type.String(), version: Type.Integer() },
      ...{ name, settings, trust: Type.Optional(Trust) },
    }),
  },
  async (means: PluginAdmin, input, actor) => {
    const instance = await getInstance(means.db, input.instance_id)
    const kept = await means.db.all<{ name: string }>(
      sql`select name from secrets where owner_id = ${instance.id}`,
    )
    const { open, secret } = separated(
      instance.manifest,
      checkSettings(
        instance.manifest,
        input.settings,
        kept.map((row) => row.name),
      ),
    )
    const typed = hostsIn(hostFields(instance.manifest, 'settings'), open)
    const before = trustedIn(JSON.parse(instance.settings) as typeof open)
    const trusts = changeTrust({ before, wanted: input.trust, typed }, TRUST, actor)
    await means.db.transaction(async (trx) => {
      const set = { name: input.name, settings: JSON.stringify(withTrusted(open, trusts.after)) }
      await updateVersioned(means, trx, {
        table: 'plugin_instances',
        what: 'plugin instance',
        row: { id: instance.id, version: input.version },
        set,
      })
      await putSecrets(means, trx, { ownerId: instance.id, values: secret }, actor)
      const before = { name: instance.name, settings: instance.settings }
      await recordAudit(means, trx, actor, [
        {
          action: 'plugin_instance.change',
          subject: instance.id,
          before,
          after: { ...set, secrets: Object.keys(secret) },
        },
        ...trustAudit(TRUST, instance.id, trusts),
      ])
    })
    means.drain(instance.id)
    await means.reread?.()
  },
)

export const setInstanceStatus = defineVerb(
  {
    permission: 'plugin_instance.switch',
    audience: ['staff'],
    input: Type.Object({
      instance_id: Type.String(),
      status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]),
    }),
  },
  async (means: PluginAdmin, input, actor) => {
    const instance = await getInstance(means.db, input.instance_id)
    await means.db.transaction(async (trx) => {
      await updateVersioned(means, trx, {
        table: 'plugin_instances',
        what: 'plugin instance',
        row: instance,
        set: { status: input.status },
      })
      await recordAudit(means, trx, actor, [
        {
          action: 'plugin_instance.switch',
          subject: instance.id,
          before: { status: instance.status },
          after: { status: input.status },
        },
      ])
    })
    means.drain(instance.id)
    await means.reread?.()
  },
)

/** Secrets never stand in the settings column. Pasted line ends are cut: they would break every signature. */
function separated(
  manifest: Manifest,
  values: Record<string, unknown>,
): { open: Record<string, unknown>; secret: Record<string, string> } {
  const secrets = new Set(secretFields(manifest.settings ?? {}))
  const entries = Object.entries(values)
  return {
    open: Object.fromEntries(entries.filter(([key]) => !secrets.has(key))),
    secret: Object.fromEntries(
      entries.filter(([key]) => secrets.has(key)).map(([key, value]) => [key, String(value).trim()]),
    ),
  }
}

async function putSecrets(
  means: Means,
  trx: Trx,
  owner: { ownerId: string; values: Record<string, string> },
  actor: Actor,
): Promise<void> {
  for (const [secretName, value] of Object.entries(owner.values)) {
    await putSecret(trx, means.keys, {
      ownerId: owner.ownerId,
      name: secretName,
      value,
      actor: actor.id,
      now: means.business.now(),
    })
  }
}
