import type { Conformance } from '../../../sdk/test-kit/index.ts'
export default {
  hosts: ['meter.example.com'],
  company: () => ({ answer: () => ({ json: { svc_1: '12.5' } }) }),
  inputs: {
    read_usage: [
      {
        services: [{ external_id: 'svc_1' }, { external_id: 'svc_2' }],
        from: '2026-11-01T00:00:00.000Z',
        until: '2026-12-01T00:00:00.000Z',
      },
    ],
  },
  answers: {
    read_usage: [
      {
        samples: [{ external_id: 'svc_1', metric: 'traffic', quantity: '12.5', final: true }],
        unread: ['svc_2'],
      },
    ],
  },
} satisfies Conformance
