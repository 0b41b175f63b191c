import { certificateFacts, trustedIn } from '../../../plugins/index.ts'
import type { Block, PageView } from '../blocks.ts'
import { formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { spelt } from '../trust-values.ts'

/** A certificate that a host showed, and whose page it belongs to. */
export interface Shown {
  host: string
  port: number
  pem: string
  /** Of the server or instance. */
  name: string
  at: string
  version: number
  settings: Record<string, unknown>
}

/** Nothing is trusted by having been shown: staff compare the fingerprint and say so. */
export function shownCertificate(desk: Desk, asked: Asked, shown: Shown): PageView {
  const { t, means } = desk
  const l = labeller(desk)
  const facts = certificateFacts(shown.pem)
  const title = t('trust.shown_title', { host: spelt(shown) })
  const expired = facts.validTo < means.clock.now()
  return {
    head: {
      title,
      text: t('trust.shown_text'),
      crumbs: [{ label: shown.name, href: shown.at }, { label: title }],
    },
    main: [
      ...noticesOf(desk, shown, facts.sha256),
      ...(expired
        ? [
            {
              kind: 'notice',
              id: 'certificate-expired',
              tone: 'bad',
              text: t('trust.shown_expired'),
            } as const,
          ]
        : []),
      {
        kind: 'facts',
        id: 'certificate',
        title: t('trust.shown'),
        items: [
          { label: l('subject'), value: facts.subject },
          { label: t('trust.issuer'), value: facts.issuer },
          { label: t('trust.valid_from'), value: { at: facts.validFrom } },
          { label: t('trust.valid_to'), value: { at: facts.validTo } },
          { label: 'SHA-256', value: { copy: facts.sha256, label: 'SHA-256' } },
        ],
      },
      confirmForm(desk, asked, shown),
    ],
  }
}

function noticesOf({ t }: Desk, shown: Shown, sha256: string): Block[] {
  const pinned = trusted(shown)?.certificateSha256
  if (pinned === undefined) return []
  return pinned === sha256
    ? [{ kind: 'notice', id: 'certificate-known', tone: 'good', text: t('trust.shown_known') }]
    : [
        {
          kind: 'notice',
          id: 'certificate-changed',
          tone: 'warn',
          text: t('trust.shown_changed', { pinned }),
        },
      ]
}

const trusted = ({ settings, ...host }: Shown) =>
  trustedIn(settings).find((one) => spelt(one) === spelt(host))

function confirmForm(desk: Desk, asked: Asked, shown: Shown): Block {
  const { t } = desk
  const known = trusted(shown)
  const kept = Object.entries({ host: shown.host, port: String(shown.port), certificate: shown.pem })
  return {
    kind: 'form',
    id: 'certificate-confirm',
    text: t('trust.compare'),
    action: `${shown.at}/certificate/pin`,
    fields: [
      ...kept.map(([name, value]) => ({ name, label: '', kind: 'hidden', value })),
      {
        ...tickedField(asked, 'inside', known !== undefined && known.publicOnly !== true),
        ...{ label: t('trust.inside_host', { host: spelt(shown) }), hint: t('trust.inside_hint') },
      },
    ],
    submit: { label: t('trust.pin') },
    cancelHref: shown.at,
    ...formParts(desk, asked, shown.version),
  }
}
