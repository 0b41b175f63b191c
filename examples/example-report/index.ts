import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  report: () => ({
    list_reports: () =>
      Promise.resolve({
        reports: [
          {
            key: 'by_client',
            title: 'Sums by client',
            says: 'Gross amounts of documents, by client and currency.',
            form: { type: 'object', properties: { only_paid: { type: 'boolean', title: 'Only paid ones' } } },
          },
        ],
      }),
    run({ rows, values }) {
      const sums = new Map<string, bigint>()
      for (const row of rows) {
        if (values['only_paid'] === true && row['status'] !== 'paid') continue
        const key = JSON.stringify([row['client_id'], row['currency']])
        sums.set(key, (sums.get(key) ?? 0n) + BigInt(String(row['total_minor'])))
      }
      return Promise.resolve({
        columns: [
          { key: 'client', label: 'Client', type: 'text' },
          { key: 'sum', label: 'Sum', type: 'money' },
        ],
        rows: [...sums].map(([key, minor]) => {
          const [client, currency] = JSON.parse(key) as [string, string]
          return { client, sum: { minor: minor.toString(), currency } }
        }),
      })
    },
  }),
})
