import { findClient } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import { findRow } from '../../../records/index.ts'
import {
  previewAlignment,
  previewMove,
  type PreviewedMove,
  type ServiceRow,
  type ShownService,
} from '../../../services/index.ts'
import { inMoney, type Block, type Button, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, valueOf, type Asked, type Desk } from '../desk.ts'
import { periodName, traceItems } from './words.ts'

/** The day of a service's next period, set by hand: asking shows what it costs, sending does it. */
export async function renewalPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const wanted = { table: 'services', what: 'service', id: asked.params.id! }
  const service = await findRow<ServiceRow>(means.db, actor, wanted)
  const at = `/admin/services/${service.id}`
  const chosen = {
    to_on: valueOf(asked, 'to_on', asked.query.to_on),
    effect: valueOf(asked, 'effect', asked.query.effect ?? 'charge'),
  }
  const asks = chosen.to_on !== '' && !asked.refused
  const priced = asks ? await previewMove(means, { service_id: service.id, ...chosen }, actor) : null
  return {
    head: {
      title: t('extras.admin.renewal.title', { name: service.label }),
      text: t('extras.admin.renewal.text'),
      crumbs: [
        { label: t('admin.services.title'), href: '/admin/services' },
        { label: service.label, href: at },
        { label: t('extras.admin.renewal.link') },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'renewal-wish',
        method: 'get',
        action: `${at}/renewal`,
        keys: {},
        fields: moveFields(desk, asked, service, chosen),
        submit: { label: t('admin.services.change.show'), kind: 'secondary' },
      },
      ...(priced ? moveEffect(desk, priced, service.currency) : []),
      ...(priced || asked.refused
        ? [moveForm(desk, asked, { action: `${at}/renewal`, hidden: chosen, withReason: true })]
        : []),
    ],
  }
}

function moveFields(
  desk: Desk,
  asked: Asked,
  service: ServiceRow,
  chosen: { to_on: string; effect: string },
) {
  const { t } = desk
  return [
    {
      ...filled(asked, 'to_on', chosen.to_on || service.next_period_on),
      kind: 'date',
      label: t('extras.admin.renewal.to_on'),
    },
    {
      ...filled(asked, 'effect', chosen.effect),
      kind: 'radio',
      label: t('extras.admin.renewal.effect'),
      options: ['charge', 'free'].map((value) => ({ value, label: t(`extras.admin.renewal.${value}`) })),
    },
  ]
}

/** Each line with its working, and the sum that goes on a document. */
function moveEffect(
  desk: Desk,
  { moved, totalMinor, promotionalMinor }: PreviewedMove,
  currency: string,
): Block[] {
  const { t } = desk
  const l = labeller(desk)
  const lines = moved.flatMap(({ plan }) => plan.lines)
  return [
    {
      kind: 'table',
      id: 'renewal-services',
      title: t('extras.admin.renewal.moves'),
      columns: [
        { label: l('service'), phone: 'title' },
        { label: t('extras.admin.renewal.from') },
        { label: t('extras.admin.renewal.to') },
        { label: l('amount'), align: 'end', phone: 'side' },
      ],
      rows: moved.map(({ service, plan }) => ({
        id: `row-${service.id}`,
        href: `/admin/services/${service.id}`,
        label: service.label,
        cells: [
          service.label,
          { day: service.next_period_on },
          { day: plan.days.chargedThrough },
          inMoney(plan.totalMinor, service.currency),
        ],
      })),
      empty: { icon: 'calendar', title: t('extras.admin.renewal.nothing') },
    },
    {
      kind: 'facts',
      id: 'renewal-price',
      title: t('extras.admin.renewal.money'),
      lines: true,
      items: [
        ...lines.map((line) => ({
          label: `${line.description}, ${periodName(desk, line.periodStart!, line.periodEnd)}`,
          value: inMoney(line.amountMinor, currency),
          hint: traceItems(desk, pick(line.trace), currency)
            .map(({ label, value }) => `${label} ${value}`)
            .join(' · '),
        })),
        {
          label: t(totalMinor < 0n ? 'extras.admin.renewal.credit' : 'extras.admin.renewal.invoice'),
          value: inMoney(totalMinor, currency),
          total: true,
        },
        ...promotionalItem(desk, promotionalMinor, currency),
      ],
    },
  ]
}

/** What of it promotional credit and goodwill had paid. */
export const promotionalItem = ({ t }: Desk, minor: bigint, currency: string) =>
  minor === 0n ? [] : [{ label: t('extras.promotional'), value: inMoney(minor, currency) }]

const pick = ({ days, length, credited }: Readonly<Record<string, unknown>>) => ({
  ...{ days, length },
  ...(credited === undefined ? {} : { credited }),
})

function moveForm(
  desk: Desk,
  asked: Asked,
  { action, hidden, withReason }: { action: string; hidden: Record<string, string>; withReason: boolean },
): Block {
  const { t } = desk
  return {
    kind: 'form',
    id: 'renewal-form',
    action,
    fields: [
      ...Object.entries(hidden).map(([name, value]) => ({ name, value, label: '', kind: 'hidden' })),
      ...(withReason
        ? [{ ...filled(asked, 'reason'), kind: 'text', label: t('extras.admin.renewal.reason'), max: 500 }]
        : []),
    ],
    submit: { label: t('extras.admin.renewal.act') },
    ...formParts(desk, asked),
  }
}

/** One day of the month for all services of a client, from their next renewal on. */
export async function alignmentPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const client = await findClient(means.db, actor, asked.params.id!, 'client.read')
  const at = `/admin/clients/${client.id}`
  const name = client.company ?? client.name
  const present = await presentDay(desk, client.id)
  const day = valueOf(asked, 'day', asked.query.day)
  const asks = day !== '' && !asked.refused
  const priced = asks
    ? await previewAlignment(means, { client_id: client.id, day: Number(day) }, actor)
    : null
  return {
    head: {
      title: t('extras.admin.align.title', { name }),
      text: t('extras.admin.align.text'),
      crumbs: [
        { label: t('admin.clients.title'), href: '/admin/clients' },
        { label: name, href: at },
        { label: t('extras.admin.align.link') },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'alignment-wish',
        method: 'get',
        action: `${at}/renewals`,
        keys: {},
        fields: [
          {
            ...filled(asked, 'day', day || present),
            kind: 'number',
            ...{ min: 1, max: 28, step: '1' },
            label: t('extras.admin.align.day'),
            hint: present ? t('extras.admin.align.present', { day: present }) : t('extras.admin.align.none'),
          },
        ],
        submit: { label: t('admin.services.change.show'), kind: 'secondary' },
      },
      ...(priced ? moveEffect(desk, priced, client.currency) : []),
      ...(priced || asked.refused
        ? [moveForm(desk, asked, { action: `${at}/renewals`, hidden: { day }, withReason: false })]
        : []),
    ],
  }
}

async function presentDay({ means }: Desk, clientId: string): Promise<string | null> {
  const row = await means.db.get<{ value: string }>(
    sql`select value from settings where key = 'billing.anchor_day' and scope = 'client' and scope_id = ${clientId}`,
  )
  return row && row.value !== '0' ? row.value : null
}

/** What a service's page offers about its days: the permission it needs, whether it fits, the button. */
export function renewalOffers(
  { t }: Desk,
  { service, holds }: ShownService,
): [permission: string, fits: boolean, button: Button][] {
  const at = `/admin/services/${service.id}`
  return [
    [
      'order.place',
      service.billing_status === 'active' && service.parent_id === null,
      { label: t('extras.link'), href: `${at}/extras`, icon: 'plus' },
    ],
    [
      'service.move_renewal',
      service.billing_status === 'active' && service.next_period_on !== null,
      { label: t('extras.admin.renewal.link'), href: `${at}/renewal`, kind: 'ghost', icon: 'calendar-due' },
    ],
    [
      'service.pause',
      service.billing_status === 'active' && holds.length === 0 && service.parent_id === null,
      { label: t('extras.admin.pause'), post: `${at}/pause`, kind: 'ghost', icon: 'player-pause' },
    ],
    [
      'service.resume',
      holds.some(({ reason }) => reason === 'client'),
      { label: t('extras.admin.resume'), post: `${at}/resume`, icon: 'player-play' },
    ],
  ]
}
