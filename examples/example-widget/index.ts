import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  dashboard_widget: ({ storage }) => ({
    list_widgets: () =>
      Promise.resolve({
        widgets: [{ key: 'paid', title: 'Invoices paid', width: 'third', permission: 'invoice.read' }],
      }),
    async draw() {
      const paid = await storage.list('paid/')
      return {
        blocks: [{ block: 'facts', facts: [{ label: 'Paid', value: String(paid.length) }] }],
        keep_for: 60,
      }
    },
  }),
  /** An event may come twice: its subject is the key, so it counts once. */
  observe: ({ storage }) => ({
    'invoice.paid': async ({ subject, occurred_at }) => {
      await storage.set(`paid/${subject}`, occurred_at)
    },
  }),
})
