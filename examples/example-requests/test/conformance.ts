import type { Conformance } from '../../../sdk/test-kit/index.ts'

const event = (type: string, subject: string, body: object) => ({
  ...{ id: 'evt_1', type, version: 1, subject, brand_id: 'brd_1', client_id: 'cli_1' },
  ...{ occurred_at: '2026-11-26T09:00:00.000Z', actor: 'system:test', body },
})
const placed = (total_minor: string) =>
  event('order.placed', 'ord_1', { number: 'O-1', total_minor, currency: 'EUR' })

export default {
  settings: { large_minor: 50_000, fee_minor: 4_900, currency: 'EUR' },
  inputs: {
    'order.placed': [placed('50000'), placed('49999')],
    'order.accepted': [event('order.accepted', 'ord_1', { id: 'ord_1' })],
    'plugin_request.refused': [
      event('plugin_request.refused', 'prq_1', { reference: 'setup/ord_1', reason: 'Included' }),
    ],
  },
} satisfies Conformance
