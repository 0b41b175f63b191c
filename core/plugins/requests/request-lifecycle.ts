import type { WriteScope } from '../../../sdk/index.ts'
import { declareEvent } from '../../events/index.ts'
import { defineLifecycle, type Instant } from '../../kernel/index.ts'
import type { StatefulRow } from '../../records/index.ts'

/** Something that a plugin asked core to write. Its rows are kept: a reference has one answer for ever. */
export interface PluginRequestRow extends StatefulRow {
  instance_id: string
  plugin_id: string
  brand_id: string
  client_id: string
  scope: WriteScope
  record_id: string
  reference: string
  /** JSON, keys in order. */
  body: string
  currency: string | null
  amount_minor: bigint | null
  status: 'waiting' | 'approved' | 'refused'
  /** The instance itself where its grant was enough. */
  decided_by: string | null
  decided_at: Instant | null
  reason: string | null
  result_id: string | null
  created_at: Instant
  updated_at: Instant
}

export const pluginRequestLifecycle = defineLifecycle('plugin_request', {
  initial: 'waiting',
  transitions: {
    approve: { from: ['waiting'], to: 'approved' },
    refuse: { from: ['waiting'], to: 'refused' },
  },
})

declareEvent(
  'plugin_request.asked',
  'A plugin asks for something that a person decides. Body: id, instance, scope, record, reference.',
)

/** What events tell of a request; only the instance that asked hears them. */
export const toldOf = ({ id, instance_id, scope, record_id, reference }: PluginRequestRow) => ({
  ...{ id, instance: instance_id, scope, record: record_id, reference },
})
