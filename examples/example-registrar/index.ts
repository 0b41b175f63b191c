import { definePlugin } from '../../sdk/index.ts'

interface Domain {
  name: string
  expires_on: string
  nameservers: string[]
}

export default definePlugin({
  registrar: ({ secret }) => {
    const ask = async (method: string, domain: string, body?: object): Promise<Domain | undefined> => {
      const response = await fetch(`https://registry.example.com/domains/${domain}`, {
        method,
        headers: { authorization: `Bearer ${secret.header('api_key')}` },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      if (response.status === 404) return undefined
      if (!response.ok) throw new Error(`The registry answered ${response.status}.`)
      const found = (await response.json()) as Domain
      if (found.name !== domain) throw new Error('The registry answered about another name.')
      return found
    }
    return {
      async check_availability({ domains }) {
        const found = await Promise.all(domains.map((domain) => ask('GET', domain)))
        return { results: domains.map((domain, i) => ({ domain, status: found[i] ? 'taken' : 'free' })) }
      },
      async register({ domain, years, nameservers }) {
        const ours = (await ask('GET', domain)) ?? (await ask('PUT', domain, { years, nameservers }))
        return ours ? { outcome: 'done', expires_on: ours.expires_on } : { outcome: 'pending' }
      },
      /** The day of expiry that core knows goes along: the registry renews from it once. */
      async renew({ domain, years, expires_on }) {
        const ours = await ask('POST', domain, { years, expires_on })
        return ours ? { outcome: 'done', expires_on: ours.expires_on } : MISSING
      },
      async describe({ domain }) {
        const ours = await ask('GET', domain)
        if (!ours) return { domain, state: 'absent' }
        return { domain, state: 'live', expires_on: ours.expires_on, nameservers: ours.nameservers }
      },
      async set_nameservers({ domain, nameservers }) {
        return (await ask('PATCH', domain, { nameservers })) ? { outcome: 'done' } : MISSING
      },
    }
  },
})

const MISSING = {
  outcome: 'failed',
  code: 'conflict',
  message: 'The registry does not hold this domain for us.',
  kind: 'permanent',
} as const
