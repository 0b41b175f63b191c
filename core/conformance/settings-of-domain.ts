import type { RegisterDomain, Static } from '../../sdk/index.ts'
import { unlike, type Domain, type DomainStep } from './domain.ts'

/** Everything that can be set on a domain, there and back, and read again where that can be told. */
export async function judgeSettings(
  domain: Domain,
  { domain: name, contacts }: Static<typeof RegisterDomain>,
): Promise<void> {
  const owner = { ...contacts.owner, city: 'Lisbon' }
  const all: Setting[] = [
    ...there('set_lock', 'locked', [true, false]),
    ...there('set_privacy', 'privacy', [true, false]),
    ...there('set_auto_renew', 'auto_renew', [true, false]),
    ...there('set_nameservers', 'nameservers', [['ns1.example.net', 'ns2.example.net']]),
    {
      step: 'set_contacts',
      values: { contacts: { owner } },
      read: 'read_contacts',
      field: 'owner',
      is: owner,
    },
    ...there(
      'set_records',
      'records',
      [[{ name: '@', type: 'A', value: '192.0.2.1', ttl: 3_600 }], []],
      'read_records',
    ),
    ...there(
      'set_forwards',
      'forwards',
      [[{ local: 'info', to: 'ann@client.example' }], []],
      'read_forwards',
    ),
    { step: 'set_host', values: { host: `ns1.${name}`, addresses: ['192.0.2.1'] } },
    { step: 'set_dnssec', values: { records: [DS] } },
  ]
  for (const setting of all) if (domain.offers(setting.step)) await set(domain, setting)
}

const DS = { key_tag: 12_345, algorithm: 13, digest_type: 2, digest: 'ab'.repeat(32) }

interface Setting {
  step: DomainStep
  values: Record<string, unknown>
  /** Where it is told again, under which name, and what it is then. */
  read?: DomainStep
  field?: string
  is?: unknown
}

const there = (
  step: DomainStep,
  field: string,
  wanted: readonly unknown[],
  read: DomainStep = 'describe',
): Setting[] => wanted.map((is) => ({ step, values: { [field]: is }, read, field, is }))

async function set(domain: Domain, { step, values, read, field, is }: Setting): Promise<void> {
  await domain.act(step, values)
  const report = await domain.settled(step)
  if (read === undefined || field === undefined || !domain.offers(read)) return
  const told = read === 'describe' ? report : await domain.ask(read)
  const problem = unlike(field, (told as Record<string, unknown>)[field], [is])
  domain.note('life_described', `${step}: ${read} says it`, problem)
}
