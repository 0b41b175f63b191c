import { definePlugin, type Block } from '../../sdk/index.ts'

const FORM: Block = {
  block: 'form',
  action: 'wish',
  label: 'Send',
  form: { type: 'object', required: ['wish'], properties: { wish: { type: 'string', maxLength: 200 } } },
}

export default definePlugin({
  add_on: ({ storage }) => ({
    draw_slot: () =>
      Promise.resolve({
        blocks: [{ block: 'link', label: 'What do you wish for?', href: '/portal' }],
        keep_for: 300,
      }),
    list_pages: () => Promise.resolve({ pages: [{ key: 'wishes', area: 'portal', title: 'Wishes' }] }),
    async draw_page({ viewer }) {
      const held = await storage.get(`wish/${viewer.client_id ?? ''}`)
      const text = held === null ? 'You have no wish yet.' : String(held.value)
      return { title: 'Wishes', blocks: [{ block: 'text', text }, FORM] }
    },
    async submit({ values, viewer }) {
      const { wish } = values
      if (typeof wish !== 'string' || viewer.client_id === undefined)
        return { outcome: 'refused', message: 'Say what you wish for.' }
      await storage.set(`wish/${viewer.client_id}`, wish.slice(0, 200))
      return { outcome: 'done', message: 'Thank you.' }
    },
  }),
  schedule: ({ storage, log }) => ({
    async count() {
      log.info(`${(await storage.list('wish/')).length} wishes`)
    },
  }),
})
