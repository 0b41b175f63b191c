import type { Conformance } from '../../../sdk/test-kit/index.ts'
const ANN = { sub: 'person-1', email: 'ann@client.example', email_verified: true }
const back = (query: Record<string, string>) => ({
  query,
  nonce: 'n'.repeat(16),
  code_verifier: 'v'.repeat(43),
  redirect_url: 'https://shop.example/back',
})

export default {
  settings: { client_id: 'berth' },
  secrets: { api_key: 'key' },
  hosts: ['id.example.com'],
  company: () => ({
    answer: ({ path }: { path: string }) => ({ json: path === '/token' ? { access_token: 't' } : ANN }),
  }),
  inputs: { finish: [back({ code: 'c' }), back({ error: 'access_denied' })] },
  declines: { finish: [{ input: back({ error: 'access_denied' }), says: { outcome: 'refused' } }] },
  answers: {
    finish: [
      { outcome: 'signed_in', subject: 'person-1', email: 'ann@client.example', email_verified: true },
      { outcome: 'refused', reason: 'access_denied' },
    ],
  },
} satisfies Conformance
