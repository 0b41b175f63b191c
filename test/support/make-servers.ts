import type { Means } from '../../core/records/index.ts'

/** A provisioner that is set up, without any code. Answers the id of its instance. */
export async function makeProvisioner(means: Means): Promise<string> {
  const now = means.business.now()
  const id = means.newId('plg') as string
  const plugin = {
    id: `fake-${id.slice(4).toLowerCase()}`,
    version: '1.0.0',
    bundle_sha256: '0',
    status: 'active',
  }
  const stamps = { created_at: now, updated_at: now }
  await means.db.insert('plugins', [
    { ...plugin, manifest: '{}', granted: '{}', installed_at: now, updated_at: now },
  ])
  await means.db.insert('plugin_instances', [
    { id, plugin_id: plugin.id, name: 'Panel', settings: '{}', status: 'active', ...stamps },
  ])
  return id
}

/** A group with servers, one for each number of places (null: no limit). Answers the id of the group. */
export async function makeServers(
  means: Means,
  instanceId: string,
  capacities: readonly (number | null)[],
): Promise<string> {
  const now = means.business.now()
  const stamps = { created_at: now, updated_at: now }
  const id = means.newId('svg') as string
  await means.db.insert('server_groups', [{ id, name: `Group ${id}`, fill: 'fill_first', ...stamps }])
  await means.db.insert(
    'servers',
    capacities.map((capacity, i) => ({
      ...{ id: means.newId('srv') as string, instance_id: instanceId, group_id: id, name: `Node ${i + 1}` },
      ...{ settings: '{}', capacity, status: 'active', ...stamps },
    })),
  )
  return id
}
