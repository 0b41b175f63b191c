import { definePlugin } from '../../sdk/index.ts'

const BASE = 'https://id.example.com'

export default definePlugin({
  sign_in_provider: ({ settings, secret }) => ({
    start({ state, nonce, code_challenge, redirect_url }) {
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: String(settings['client_id']),
        redirect_uri: redirect_url,
        ...{ state, nonce, code_challenge, code_challenge_method: 'S256', scope: 'openid email' },
      })
      return Promise.resolve({ url: `${BASE}/authorize?${query.toString()}` })
    },
    async finish({ query, code_verifier, redirect_url }) {
      if (query['code'] === undefined)
        return { outcome: 'refused', reason: query['error'] ?? 'There is no code.' }
      const token = (await read(`${BASE}/token`, {
        method: 'POST',
        headers: { authorization: secret.basic('api_key', String(settings['client_id'])) },
        body: new URLSearchParams({
          code: query['code'],
          code_verifier,
          redirect_uri: redirect_url,
        }).toString(),
      })) as { access_token: string }
      const person = (await read(`${BASE}/userinfo`, {
        headers: { authorization: `Bearer ${token.access_token}` },
      })) as { sub: string; email: string; email_verified?: boolean }
      const { sub: subject, email, email_verified = false } = person
      return { outcome: 'signed_in', subject, email, email_verified }
    },
  }),
})

async function read(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`The identity provider answered ${response.status}.`)
  return response.json()
}
