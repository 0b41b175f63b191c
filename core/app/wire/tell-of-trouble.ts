import { recordAudit } from '../../audit/index.ts'
import { tellStaff } from '../../billing/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import {
  findPlugin,
  pluginSupervisor,
  setPluginStatus,
  type PluginAdmin,
  type PluginIncident,
} from '../../plugins/index.ts'

const LINES = 8
const LINE_LENGTH = 300
const ACTIONS: Partial<Record<PluginIncident['kind'], string>> = {
  tripped: 'plugin.pause',
  disabled: 'plugin.stop',
}

/**
 * A plugin that was paused or stopped because of its faults is an audit row, and one mail an hour to each member of
 * staff who may switch it, with its last lines. One that was stopped is switched off in the registry, for every node and
 * after every start, until staff turn it on. Other incidents stand in the log alone.
 */
export async function tellOfTrouble(means: PluginAdmin, incident: PluginIncident): Promise<void> {
  const { kind, plugin, instance, detail } = incident
  const action = ACTIONS[kind]
  if (action === undefined || plugin === undefined) return
  const at = means.clock.now()
  if (kind === 'disabled' && !(await switchOff(means, plugin, detail))) return
  await means.db.transaction(async (trx) => {
    const about = await trx.get<About>(sql`
      select p.manifest, i.name, i.brand_id from plugins p left join plugin_instances i on i.id = ${instance ?? ''} where p.id = ${plugin}`)
    if (!about) return
    const brandId = about.brand_id
    await recordAudit(means, trx, pluginSupervisor, [
      { action, subject: instance ?? plugin, brandId, reason: detail },
    ])
    const { name } = JSON.parse(about.manifest) as { name: string }
    await tellStaff(means, trx, {
      ...{ brandId, permission: 'plugin.switch', template: 'plugin-trouble', subject: instance ?? plugin },
      key: `plugin-trouble/${plugin}/${at.slice(0, HOUR)}`,
      data: {
        url: '/admin/plugins/health',
        ...{ plugin: name, label: about.name ?? plugin, problem: detail.slice(0, LINE_LENGTH), at },
        lines: await lastLines(trx, instance ?? plugin),
      },
    })
  })
}

/** Nothing to do for a plugin that was removed meanwhile, or that another node has switched off. */
async function switchOff(means: PluginAdmin, plugin: string, reason: string): Promise<boolean> {
  const found = await findPlugin(means.db, plugin)
  if (found?.status === 'disabled') means.forgive?.(plugin)
  if (found?.status !== 'enabled') return false
  await setPluginStatus(means, { plugin_id: plugin, status: 'disabled', reason }, pluginSupervisor)
  return true
}

interface About {
  manifest: string
  name: string | null
  brand_id: string | null
}

/** "2026-11-27T01" */
const HOUR = 13

async function lastLines(trx: Trx, instance: string): Promise<string[]> {
  const rows = await trx.all<{ message: string }>(sql`
    select message from plugin_log where instance_id = ${instance} order by id desc limit ${LINES}`)
  return rows.map(({ message }) => message.slice(0, LINE_LENGTH)).filter((line) => line !== '')
}
