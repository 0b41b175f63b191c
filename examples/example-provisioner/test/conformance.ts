import type { Conformance } from '../../../sdk/test-kit/index.ts'

/** Its list has a box on each page. */
const panel = () => {
  const boxes = new Map<string, { id: string; name: string; state: string; plan?: string }>()
  let made = 0
  return {
    made: () => made,
    answer({ method, path, body }: { method: string; path: string; body: string }) {
      const sent = body === '' ? {} : (JSON.parse(body) as { name?: string; state?: string; plan?: string })
      if (method === 'POST' && sent.name) {
        boxes.set(sent.name, { id: `box_${++made}`, name: sent.name, state: 'live', plan: sent.plan })
        return { json: boxes.get(sent.name) }
      }
      if (path.startsWith('/boxes?')) {
        const at = Number(new URLSearchParams(path.split('?')[1]).get('after'))
        const page = [...boxes.values()].slice(at, at + 1)
        return { json: { boxes: page, ...(at + 1 < boxes.size ? { next: String(at + 1) } : {}) } }
      }
      const name = decodeURIComponent(path.split('/')[2] ?? '')
      const box = boxes.get(name)
      if (!box) return { status: 404 }
      if (method === 'DELETE') boxes.delete(name)
      if (sent.state) box.state = sent.state
      return { json: box }
    },
  }
}

const client = { id: 'cli_1', name: 'Ann', email: 'ann@client.example', locale: 'en' }
const service = { external_id: 'svc_1', label: 'Box', settings: { plan: 'small' }, client }

export default {
  secrets: { api_key: 'key' },
  hosts: ['panel.example.com'],
  company: panel,
  inputs: {
    create: [{ server: { id: 'srv_1', settings: {} }, service }],
    list_accounts: [{ server: { id: 'srv_1', settings: {} } }],
  },
  declines: {
    suspend: [{ input: { server: { id: 'srv_1', settings: {} }, service }, says: { code: 'conflict' } }],
  },
  answers: { create: [{ outcome: 'done', remote_id: 'box_1' }] },
} satisfies Conformance
