import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  metering_source: () => ({
    list_metrics: () =>
      Promise.resolve({ metrics: [{ key: 'traffic', label: 'Traffic', unit: 'GiB', meaning: 'sum' }] }),
    async read_usage({ services, from, until }) {
      const query = new URLSearchParams({ from, until })
      const response = await fetch(`https://meter.example.com/traffic?${query.toString()}`)
      if (!response.ok) throw new Error(`The meter answered ${response.status}.`)
      const traffic = (await response.json()) as Record<string, string>
      const ids = services.map(({ external_id }) => external_id)
      return {
        samples: ids.flatMap((external_id) => {
          const quantity = traffic[external_id]
          return quantity === undefined ? [] : [{ external_id, metric: 'traffic', quantity, final: true }]
        }),
        unread: ids.filter((id) => traffic[id] === undefined),
      }
    },
  }),
})
