import type { Conformance } from '../../../sdk/test-kit/index.ts'
const viewer = { kind: 'client', client_id: 'cli_1', locale: 'en' }

export default {
  inputs: {
    draw_slot: [{ slot: 'portal.home.after', viewer }],
    submit: [
      { action: 'wish', values: { wish: 'More disk' }, viewer },
      { action: 'wish', values: {}, viewer },
    ],
    move: [{ from: '1.0.0', to: '2.0.0' }],
  },
  declines: { submit: [{ input: { action: 'wish', values: {}, viewer }, says: { outcome: 'refused' } }] },
  answers: {
    submit: [
      { outcome: 'done', message: 'Thank you.' },
      { outcome: 'refused', message: 'Say what you wish for.' },
    ],
    move: [{}],
  },
} satisfies Conformance
