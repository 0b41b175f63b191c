import { definePlugin, type Block } from '../../sdk/index.ts'

const FORM: Block = {
  block: 'form',
  action: 'wish',
  label: 'Send',
  form: { type: 'object', required: ['wish'], properties: { wish: { type: 'string', maxLength: 200 } } },
}

/** Up to version 1 the wishes stood among the add-on's own values. Three questions each, and a call has 200. */
const OLD = 'wish/'
const AT_ONCE = 60

export default definePlugin({
  add_on: ({ storage }) => ({
    draw_slot: () =>
      Promise.resolve({
        blocks: [{ block: 'link', label: 'What do you wish for?', href: '/portal' }],
        keep_for: 300,
      }),
    list_pages: () => Promise.resolve({ pages: [{ key: 'wishes', area: 'portal', title: 'Wishes' }] }),
    async draw_page({ viewer: { client_id } }) {
      const held = client_id === undefined ? null : await storage.of(client_id).get('wish')
      const text = held === null ? 'You have no wish yet.' : String(held.value)
      return { title: 'Wishes', blocks: [{ block: 'text', text }, FORM] }
    },
    async submit({ values, viewer }) {
      const { wish } = values
      if (typeof wish !== 'string' || viewer.client_id === undefined)
        return { outcome: 'refused', message: 'Say what you wish for.' }
      await storage.of(viewer.client_id).set('wish', wish.slice(0, 200))
      return { outcome: 'done', message: 'Thank you.' }
    },
  }),
  schedule: ({ storage, log }) => ({
    async count() {
      log.info(`${(await storage.records()).length} wishes`)
    },
  }),
  upgrade: ({ storage }) => ({
    async move() {
      const keys = await storage.list(OLD)
      for (const key of keys.slice(0, AT_ONCE)) {
        const held = await storage.get(key)
        if (held) await storage.of(key.slice(OLD.length)).set('wish', held.value)
        await storage.remove(key)
      }
      return keys.length > AT_ONCE ? { go_on: 'more' } : {}
    },
  }),
})
