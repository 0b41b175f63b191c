import { type BadPlugin, code, script } from './bad-plugin.ts'

const example = 'example-registrar'

/** What a registrar does to the domains of people. */
export const BAD_DOMAINS: readonly BadPlugin[] = [
  {
    says: 'a registrar that loses its keys',
    example,
    change: code([
      'registry.post<Domain>(path, body, key)',
      'registry.post<Domain>(path, body, crypto.randomUUID())',
    ]),
    breaks: {
      made_once: 'registrar.register, after a lost answer',
      life_again: 'life of a domain, register, again',
    },
  },
  {
    says: 'a renewal from whatever day the registry has',
    example,
    change: code([
      'renew: ({ domain, idempotency_key: key, years, expires_on }) =>\n        post(urlPath`/domains/${domain}/renewals`, key, { years, expires_on })',
      'renew: async ({ domain, idempotency_key: key, years }) =>\n        post(urlPath`/domains/${domain}/renewals`, key, { years, expires_on: (await find(domain))?.expires_on })',
    ]),
    breaks: { renewed_once: 'renewed from a day that has gone' },
  },
  {
    says: 'a renewal that is only said',
    example,
    change: code(['{ years, expires_on })', '{ years, expires_on: 0 })']),
    breaks: { renewed_once: 'renewed: it ends a year later' },
  },
  {
    says: 'a name that is taken, and a wrong code, for which we say that it is ours',
    example,
    change: code([
      "return failed(String(error.said['code']), String(error.said['message']))",
      "return { outcome: 'done' }",
    ]),
    breaks: { decline_told: 'registrar.transfer, declined' },
  },
  {
    says: 'a premium name at whatever it costs, and names in another order than asked for',
    example,
    change: code(
      [
        'register: ({ domain, idempotency_key: key, years, nameservers, premium_price: price }) =>',
        'register: async ({ domain, idempotency_key: key, years, nameservers }) =>',
      ],
      [
        '{ years, nameservers, price })',
        '{ years, nameservers, price: (await registry.get<Name>(urlPath`/names/${domain}`))?.price })',
      ],
      ['results: domains.map', 'results: domains.toReversed().map'],
    ),
    breaks: {
      price_agreed: 'registrar.register of a premium name for 98999 instead of 99000',
      buys_nothing: 'registrar.register, declined',
      each_domain: 'registrar.check_availability answers each domain',
    },
  },
  {
    says: 'a domain that is live whatever became of it, and names that are free while nobody answers',
    example,
    change: code(
      ['return { domain, state, registered_on', "return { domain, state: 'live', registered_on"],
      [
        'registry.get<Name>(urlPath`/names/${one}`)',
        "registry.get<Name>(urlPath`/names/${one}`).catch(() => ({ status: 'free' as const, price: undefined }))",
      ],
    ),
    breaks: {
      life_described: 'life of a domain, expired: describe says it',
      no_claim: 'registrar.check_availability, company errors',
    },
  },
  {
    says: 'a domain that is absent while nobody answers, and a lock that is never set',
    example,
    change: code(
      [
        'const ours = await find(domain)\n        if (!ours) return { domain, state',
        'const ours = await find(domain).catch(() => undefined)\n        if (!ours) return { domain, state',
      ],
      ['set(domain, key, { locked })', 'set(domain, key, { locked: false })'],
    ),
    breaks: {
      life_described: 'life of a domain, set_lock: describe says it',
      no_claim: 'registrar.describe, company errors',
    },
  },
  {
    says: 'a registration that is only known when its answer came',
    example,
    change: {
      ...code(
        ['registrar: ({ secret })', 'registrar: ({ secret, storage })'],
        [
          'post(urlPath`/domains/${domain}`, key, { years, nameservers, price }),',
          'post(urlPath`/domains/${domain}`, key, { years, nameservers, price }).then(async (told) => {\n          await storage.set(domain, true)\n          return told\n        }),',
        ],
        [
          "if (!ours) return { domain, state: 'absent' }",
          "if (!ours || (await storage.get(domain)) === null) return { domain, state: 'absent' }",
        ],
      ),
      'plugin.json': [['"permissions": {', '"permissions": { "storage": { "bytes": 65536 },']],
    },
    breaks: { found_again: 'registrar.register, after a lost answer (1 of 1): describe finds it' },
  },
  {
    says: 'a move that never ends, a poll that tells other events each time, and an author who shows no wrong code',
    example,
    change: {
      ...code([
        'async transfer_code',
        'poll: () => Promise.resolve({ events: [], cursor: crypto.randomUUID() }),\n      async transfer_code',
      ]),
      ...script(['    transfer: [{ input', '    other: [{ input']),
      'test/registry.ts': [["if (domain.state === 'pending') domain.state = 'live'", '']],
      'plugin.json': [['"transfer_code"', '"transfer_code", "poll"']],
    },
    breaks: {
      pending_ends: 'life of a domain, transferred: it ends',
      same_events: 'registrar.poll, again',
      domain_named: 'registrar: there are domains to live',
    },
  },
]
