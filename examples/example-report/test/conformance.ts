import type { Conformance } from '../../../sdk/test-kit/index.ts'
const row = (total_minor: string, status = 'paid') => ({
  ...{ scope: 'invoice.read:summary', client_id: 'cli_1', currency: 'EUR', total_minor, status },
})

export default {
  inputs: {
    run: [
      {
        key: 'by_client',
        from: '2026-11-01',
        until: '2026-12-01',
        values: { only_paid: true },
        locale: 'en',
        rows: [row('1000'), row('-300'), row('50', 'issued')],
      },
    ],
  },
  answers: {
    run: [
      {
        columns: [
          { key: 'client', label: 'Client', type: 'text' },
          { key: 'sum', label: 'Sum', type: 'money' },
        ],
        rows: [{ client: 'cli_1', sum: { minor: '700', currency: 'EUR' } }],
      },
    ],
  },
} satisfies Conformance
