import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { defineVerb, updateVersioned } from '../../records/index.ts'
import type { PluginAdmin } from './instance-verbs.ts'
import { getInstance } from './plugin-row.ts'
import { changeTrust, Trust, trustAudit, trustedIn, withTrusted } from './trusted-hosts.ts'
import { hostFields, hostsIn } from './typed-hosts.ts'

/** Says of hosts in the settings of an instance that they are inside our own network, or which certificate they have. */
export const trustInstance = defineVerb(
  {
    permission: 'plugin_instance.trust',
    audience: ['staff'],
    input: Type.Object({ instance_id: Type.String(), version: Type.Integer(), trust: Trust }),
  },
  async (means: PluginAdmin, { instance_id, version, trust }, actor) => {
    const { id, manifest, settings: text } = await getInstance(means.db, instance_id)
    const settings = JSON.parse(text) as Record<string, unknown>
    const typed = hostsIn(hostFields(manifest, 'settings'), settings)
    const change = { before: trustedIn(settings), wanted: trust, typed }
    const trusts = changeTrust(change, trustInstance.permission, actor)
    await means.db.transaction(async (trx) => {
      const set = { settings: JSON.stringify(withTrusted(settings, trusts.after)) }
      const row = { id, version }
      await updateVersioned(means, trx, { table: 'plugin_instances', what: 'plugin instance', row, set })
      await recordAudit(means, trx, actor, trustAudit(trustInstance.permission, id, trusts))
    })
    means.drain(id)
  },
)
