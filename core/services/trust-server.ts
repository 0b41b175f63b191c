import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { changeTrust, hostsIn, Trust, trustAudit, trustedIn, withTrusted } from '../plugins/index.ts'
import { defineVerb, updateVersioned } from '../records/index.ts'
import { findServer, type ServerMeans } from './create-server.ts'

/** Says of hosts in the settings of a server that they are inside our own network, or which certificate they have. */
export const trustServer = defineVerb(
  {
    permission: 'server.trust',
    asksNobody: 'it sets up the house',
    audience: ['staff'],
    input: Type.Object({ server_id: Type.String(), version: Type.Integer(), trust: Trust }),
  },
  async (means: ServerMeans, { server_id, version, trust }, actor) => {
    const { id, instance_id, settings: text } = await findServer(means, server_id)
    const { hosts = [] } = await means.serverSettings(instance_id)
    const settings = JSON.parse(text) as Record<string, unknown>
    const change = { before: trustedIn(settings), wanted: trust, typed: hostsIn(hosts, settings) }
    const trusts = changeTrust(change, trustServer.permission, actor)
    await means.db.transaction(async (trx) => {
      const set = { settings: JSON.stringify(withTrusted(settings, trusts.after)) }
      await updateVersioned(means, trx, { table: 'servers', what: 'server', row: { id, version }, set })
      await recordAudit(means, trx, actor, trustAudit(trustServer.permission, id, trusts))
    })
  },
)
