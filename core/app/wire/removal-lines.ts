import { PluginBundled, PluginInUse, removalOf, type Removal } from '../../plugins/index.ts'
import type { Wiring } from '../areas.ts'
import { pluginAdmin } from './plugin-admin.ts'

/** What is gone for good when a plugin is removed, for a person at a terminal. Refuses as the removal would. */
export async function removalLines(
  wiring: Wiring,
  { plugin_id: id }: { plugin_id: string },
): Promise<string[]> {
  const removal = await removalOf(pluginAdmin(wiring), id)
  const { plugin, used } = removal
  if (plugin.source === 'bundled') throw PluginBundled({ plugin: id })
  if (used.length > 0) throw PluginInUse({ plugin: id, instances: used.length })
  return [
    `Removing ${plugin.manifest.name} (${id}) ${plugin.version} erases for good:`,
    ...erased(removal).map((line) => `  ${line}`),
    'What was done with it stays in the audit log. "berth plugin export" keeps the data of an instance before.',
  ]
}

function erased({ instances, secrets, storage, beside, log }: Removal): string[] {
  const counted = (count: number, one: string, many: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
  return [
    'all its packages; there is no way back but to install it anew',
    ...instances.map(({ id, name }) => `the instance ${name} (${id}) with its settings`),
    ...counted(secrets, 'secret', 'secrets'),
    ...counted(storage, 'entry of its own data', 'entries of its own data'),
    ...counted(beside, 'entry that it keeps beside a record', 'entries that it keeps beside records'),
    ...counted(log, 'line of its log', 'lines of its log'),
  ]
}
