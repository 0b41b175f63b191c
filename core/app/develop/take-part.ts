import { taxPlugin } from '../../billing/index.ts'
import { addNoticeRule } from '../../notices/index.ts'
import type { Instance } from '../../plugins/index.ts'
import { writeSetting } from '../../records/index.ts'
import type { Wiring } from '../areas.ts'
import { developer } from './developer.ts'
import type { Inputs } from './show-calls.ts'

/**
 * Has a sale use what a plugin offers besides paying and delivering: its taxes, and its notices of new orders. Of a shop
 * that is thrown away; in one that is kept, staff decide that.
 */
export async function takePart({ means }: Wiring, instance: Instance, inputs: Inputs): Promise<void> {
  const { tax = [], notification_channel: channel = [] } = instance.manifest.kinds
  if (tax.includes('determine') || tax.includes('determine_remote')) {
    const change = { setting: taxPlugin, scope: 'installation', scopeId: '', value: instance.id } as const
    await means.db.transaction((trx) => writeSetting(means, trx, change, developer))
  }
  if (!channel.includes('send')) return
  const target = (inputs['notification_channel.send']?.['target'] ?? {}) as Record<string, unknown>
  const rule = { instance: instance.id, topics: ['order.placed'], target, locale: 'en' }
  await addNoticeRule(means, rule, developer)
}
