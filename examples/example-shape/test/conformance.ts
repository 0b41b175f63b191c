import type { Conformance } from '../../../sdk/test-kit/index.ts'
const draft = (amount_minor: string) => ({
  client_id: 'cli_1',
  brand_id: 'brd_1',
  currency: 'EUR',
  origin: 'renewal',
  lines: [{ kind: 'recurring', description: 'Box', amount_minor, source_id: 'svc_1' }],
})

export default {
  settings: { below_minor: '1000', fee_minor: '150' },
  inputs: { 'invoice.lines:shape': [draft('999'), draft('1000')] },
  answers: {
    'invoice.lines:shape': [
      { add: [{ kind: 'fee', description: 'Handling', amount_minor: '150' }] },
      { add: [] },
    ],
  },
} satisfies Conformance
