import { hostsIn, trustedIn, type HostField, type KeptTrust } from '../../../plugins/index.ts'
import { formatInstant } from '../../../i18n/index.ts'
import type { Block, Button } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { spelt } from '../trust-values.ts'
import { allowed } from './clients.ts'

interface Hosts {
  fields: readonly HostField[]
  settings: Record<string, unknown>
  /** Address of the server or instance. */
  at: string
  permission: string
}

/** How each host in settings is reached, and the way to fetch the certificate that it shows. */
export function trustedHosts(desk: Desk, { fields, settings, at, permission }: Hosts): Block[] {
  const { t } = desk
  const hosts = [...new Map(hostsIn(fields, settings).map((host) => [spelt(host), host])).values()]
  if (hosts.length === 0) return []
  const trusted = new Map(trustedIn(settings).map((one) => [spelt(one), one]))
  const fetching = hosts.map((host): Button => {
    const query = new URLSearchParams({ host: host.host, port: String(host.port) })
    const label = t(hosts.length === 1 ? 'trust.fetch' : 'trust.fetch_of', { host: spelt(host) })
    return { label, post: `${at}/certificate?${query}`, icon: 'shield-check', kind: 'ghost' }
  })
  return [
    {
      kind: 'facts',
      id: 'trusted-hosts',
      title: t('trust.title'),
      items: hosts.map((host) => ({ label: spelt(host), value: howReached(desk, trusted.get(spelt(host))) })),
      actions: allowed(desk, permission) ? fetching : [],
    },
  ]
}

function howReached({ t, zone, locale }: Desk, trusted: KeptTrust | undefined): string {
  const where = trusted && trusted.publicOnly !== true ? t('trust.is_inside') : t('trust.is_public')
  if (trusted?.certificateSha256 === undefined) return `${where} ${t('trust.by_authorities')}`
  const { subject = '–', validTo } = trusted.certificate ?? {}
  const until = validTo === undefined ? '–' : formatInstant(validTo, zone, locale)
  return `${where} ${t('trust.by_pin', { subject, until, sha256: trusted.certificateSha256 })}`
}
