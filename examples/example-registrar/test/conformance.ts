import type { Conformance } from '../../../sdk/test-kit/index.ts'
const registry = () => {
  const domains = new Map<string, { name: string; expires_on: string; nameservers: string[] }>()
  let made = 0
  return {
    made: () => made,
    answer({ method, path, body }: { method: string; path: string; body: string }) {
      const name = path.split('/')[2] ?? ''
      const sent = body === '' ? {} : (JSON.parse(body) as { nameservers?: string[]; expires_on?: string })
      if (method === 'PUT' && ++made)
        domains.set(name, { name, expires_on: '2027-11-26', nameservers: sent.nameservers ?? [] })
      const domain = domains.get(name)
      if (!domain) return { status: 404 }
      if (method === 'POST' && sent.expires_on === domain.expires_on && ++made)
        domain.expires_on = '2028-11-26'
      if (method === 'PATCH') domain.nameservers = sent.nameservers ?? []
      return { json: domain }
    },
  }
}

const owner = {
  name: 'Ann',
  email: 'ann@client.example',
  phone: '+49.301234',
  street: ['Weg 1'],
  city: 'Berlin',
  postcode: '10115',
  country: 'DE',
}

export default {
  secrets: { api_key: 'key' },
  hosts: ['registry.example.com'],
  company: registry,
  inputs: {
    check_availability: [{ domains: ['free.example'] }],
    register: [
      {
        domain: 'ann.example',
        idempotency_key: 'dom_1:1',
        years: 1,
        contacts: { owner },
        nameservers: ['ns1.example.com'],
        privacy: false,
        extra: {},
      },
    ],
    describe: [{ domain: 'nobody.example' }],
  },
  declines: {
    renew: [
      {
        input: { domain: 'nobody.example', idempotency_key: 'dom_2:1', years: 1, expires_on: '2027-11-26' },
        says: { code: 'conflict', kind: 'permanent' },
      },
    ],
    set_nameservers: [{ input: { domain: 'nobody.example', nameservers: ['ns1.example.com'] } }],
  },
  answers: {
    check_availability: [{ results: [{ domain: 'free.example', status: 'free' }] }],
    register: [{ outcome: 'done', expires_on: '2027-11-26' }],
    describe: [{ domain: 'nobody.example', state: 'absent' }],
  },
} satisfies Conformance
