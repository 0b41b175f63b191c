import type { Conformance } from '../../../sdk/test-kit/index.ts'
const paid = {
  id: 'evt_1',
  type: 'invoice.paid',
  version: 1,
  subject: 'doc_1',
  brand_id: null,
  client_id: 'cli_1',
  occurred_at: '2026-11-26T09:00:00.000Z',
  actor: 'system:test',
  causes: [],
  own: false,
  body: {},
}

export default {
  hosts: ['chat.example.com'],
  company: () => ({ answer: () => ({ json: {} }) }),
  inputs: { 'invoice.paid': [paid] },
} satisfies Conformance
