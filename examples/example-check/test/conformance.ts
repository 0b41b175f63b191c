import type { Conformance } from '../../../sdk/test-kit/index.ts'
const question = (actor_kind: string) => ({
  noun: 'service',
  transition: 'end',
  subject: 'svc_1',
  from: 'active',
  to: 'ended',
  brand_id: null,
  client_id: 'cli_1',
  actor_kind,
  reason: null,
  facts: {},
})

export default {
  inputs: { 'service.end:check': [question('staff'), question('client')] },
  declines: { 'service.end:check': [{ input: question('client') }] },
  answers: {
    'service.end:check': [
      { allow: true },
      { allow: false, message: 'Please ask us: services are ended by our staff.' },
    ],
  },
} satisfies Conformance
