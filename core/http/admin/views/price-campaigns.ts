import { sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import {
  findCampaign,
  previewCampaign,
  type CampaignEffect,
  type CampaignRow,
} from '../../../services/index.ts'
import { inMoney, type Block, type Button, type DangerView, type PageView } from '../blocks.ts'
import { filled, formParts, looseProblem, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { priceChangeFields } from './price-change-fields.ts'
import { brandField } from './price-lists.ts'
import { cycleName } from './words.ts'

export async function campaignsPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const rows = await means.db.all<CampaignRow & { brand: string; services: number; applied: number }>(sql`
    select k.*, b.name as brand,
      (select count(*) from service_repricings r where r.campaign_id = k.id) as services,
      (select count(*) from service_repricings r where r.campaign_id = k.id and r.status = 'applied') as applied
    from price_campaigns k join brands b on b.id = k.brand_id
    where ${scoped(actor, { table: 'k', client: null })} order by k.id desc limit 100`)
  return {
    head: {
      title: t('prices.campaign.title'),
      text: t('prices.campaign.text'),
      actions: [
        { label: t('prices.simulator.title'), href: '/admin/simulator', icon: 'chart-line' },
        ...(allowed(desk, 'price_campaign.create') ? [newButton(t('prices.campaign.new'))] : []),
      ],
    },
    main: [
      {
        kind: 'table',
        id: 'price-campaigns',
        title: t('prices.campaign.title'),
        columns: [
          { label: t('admin.label.name'), phone: 'title' },
          { label: t('admin.label.brand') },
          { label: t('prices.campaign.starts_on') },
          { label: t('admin.label.services'), align: 'end' },
          { label: t('prices.campaign.applied'), align: 'end' },
          { label: t('admin.label.state'), phone: 'side' },
        ],
        rows: rows.map((row) => ({
          id: `row-${row.id}`,
          href: `/admin/price-campaigns/${row.id}`,
          label: row.name,
          cells: [row.name, row.brand, { day: row.starts_on }, row.services, row.applied, stateOf(desk, row)],
        })),
        empty: {
          icon: 'trending-up',
          title: t('prices.campaign.none'),
          text: t('prices.campaign.none_text'),
        },
      },
    ],
  }
}

const newButton = (label: string): Button => ({
  ...{ label, href: '/admin/price-campaigns/new', kind: 'primary', icon: 'plus' },
})

const TONES = { draft: 'neutral', scheduled: 'busy', done: 'good', cancelled: 'off' } as const

const stateOf = ({ t }: Desk, { status }: CampaignRow) => ({
  ...{ state: status, label: t(`prices.campaign.state.${status}`), tone: TONES[status] },
})

export async function newCampaign(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const title = t('prices.campaign.new')
  return {
    head: { title, crumbs: crumbs(desk, title) },
    main: [
      {
        kind: 'form',
        id: 'price-campaign-form',
        text: t('prices.campaign.form_text'),
        action: '/admin/price-campaigns',
        fields: [
          { ...filled(asked, 'name'), label: t('admin.label.name') },
          await brandField(desk, asked),
          ...(await priceChangeFields(desk, asked)),
          {
            ...filled(asked, 'notice_days', 30),
            kind: 'number',
            min: 0,
            label: t('prices.campaign.notice_days'),
            hint: t('prices.campaign.notice_hint'),
          },
        ],
        submit: { label: t('prices.campaign.create') },
        cancelHref: '/admin/price-campaigns',
        ...formParts(desk, asked),
      },
    ],
  }
}

const crumbs = ({ t }: Desk, title: string) => [
  { label: t('prices.campaign.title'), href: '/admin/price-campaigns' },
  { label: title },
]

/** A draft shows what it would do; later the page shows how far it is. */
export async function campaignPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const campaign = await findCampaign(means.db, actor, asked.params.id!)
  const at = `/admin/price-campaigns/${campaign.id}`
  const problem = looseProblem(asked)
  const isDraft = campaign.status === 'draft'
  const cancel: Button = {
    ...{ label: t('prices.campaign.cancel'), href: `${at}/cancel`, kind: 'ghost', icon: 'ban' },
  }
  const schedule: Button = {
    ...{ label: t('prices.campaign.schedule'), post: `${at}/schedule`, kind: 'primary', icon: 'send' },
  }
  return {
    head: {
      title: campaign.name,
      text: t('prices.campaign.from', { day: campaign.starts_on, days: campaign.notice_days }),
      crumbs: crumbs(desk, campaign.name),
      status: [stateOf(desk, campaign)],
      actions: [
        ...(isDraft && allowed(desk, 'price_campaign.schedule') ? [schedule] : []),
        ...((isDraft || campaign.status === 'scheduled') && allowed(desk, 'price_campaign.cancel')
          ? [cancel]
          : []),
      ],
    },
    main: [
      ...(problem ? [{ kind: 'notice', id: 'campaign-problem', tone: 'bad', text: problem } as const] : []),
      ...(isDraft
        ? effectBlocks(desk, await previewCampaign(means, { campaign_id: campaign.id }, actor))
        : await progressBlocks(desk, campaign)),
      await auditTimeline(desk, { subject: campaign.id, id: 'campaign-history' }),
    ],
  }
}

/** By product, cycle and currency, and the sum of each currency: what a month brings before and after. */
function effectBlocks(desk: Desk, effects: readonly CampaignEffect[]): Block[] {
  const { t } = desk
  const byCurrency = Map.groupBy(effects, ({ currency }) => currency)
  const sum = (of: readonly CampaignEffect[], key: 'oldMinor' | 'newMinor') =>
    of.reduce((total, effect) => total + effect[key], 0n)
  return [
    {
      kind: 'stats',
      id: 'campaign-sums',
      items: [...byCurrency].map(([currency, of]) => ({
        label: t('prices.campaign.effect', { currency }),
        value: inMoney(sum(of, 'newMinor') - sum(of, 'oldMinor'), currency),
        note: t('prices.campaign.services', { count: of.reduce((n, { services }) => n + services, 0) }),
      })),
    },
    {
      kind: 'table',
      id: 'campaign-effects',
      title: t('prices.campaign.preview'),
      columns: [
        { label: t('prices.campaign.product'), phone: 'title' },
        { label: t('admin.label.cycle') },
        { label: t('admin.label.services'), align: 'end' },
        { label: t('prices.campaign.before'), align: 'end' },
        { label: t('prices.campaign.after'), align: 'end', phone: 'side' },
        { label: t('prices.campaign.first_on') },
      ],
      rows: effects.map((effect) => ({
        id: `row-${effect.product}-${effect.cycle}-${effect.currency}`.replace(/[^\w-]+/g, '-'),
        label: effect.product,
        cells: [
          effect.product,
          cycleName(desk, effect.cycle),
          effect.services,
          inMoney(effect.oldMinor, effect.currency),
          inMoney(effect.newMinor, effect.currency),
          { day: effect.firstOn },
        ],
      })),
      empty: { icon: 'search', title: t('prices.campaign.nobody') },
    },
  ]
}

interface Taken {
  id: string
  service_id: string
  label: string
  client: string
  status: string
  from_on: CampaignRow['starts_on']
  old_recurring_minor: bigint
  new_recurring_minor: bigint
  currency: string
  cancelled: number
}

async function progressBlocks(desk: Desk, campaign: CampaignRow): Promise<Block[]> {
  const { t, means } = desk
  const states = await means.db.all<{ status: string; services: number }>(sql`
    select status, count(*) as services from service_repricings where campaign_id = ${campaign.id} group by status order by status`)
  const rows = await means.db.all<Taken>(sql`
    select r.id, r.service_id, coalesce(nullif(s.label, ''), p.name) as label, coalesce(c.company, c.name) as client, r.status, r.from_on,
      r.old_recurring_minor, r.new_recurring_minor, s.currency, case when s.cancel_on is null then 0 else 1 end as cancelled
    from service_repricings r join services s on s.id = r.service_id join products p on p.id = s.product_id
    join clients c on c.id = r.client_id where r.campaign_id = ${campaign.id} order by r.from_on, r.id limit 200`)
  return [
    {
      kind: 'stats',
      id: 'campaign-progress',
      items: states.map(({ status, services }) => ({
        ...{ label: t(`prices.campaign.row.${status}`), value: services },
      })),
    },
    {
      kind: 'table',
      id: 'campaign-services',
      title: t('admin.label.services'),
      columns: [
        { label: t('admin.label.name'), phone: 'title' },
        { label: t('admin.label.client') },
        { label: t('prices.campaign.first_on') },
        { label: t('prices.campaign.before'), align: 'end' },
        { label: t('prices.campaign.after'), align: 'end' },
        { label: t('admin.label.state'), phone: 'side' },
      ],
      rows: rows.map((row) => ({
        id: `row-${row.id}`,
        href: `/admin/services/${row.service_id}`,
        label: row.label,
        cells: [
          row.label,
          row.client,
          { day: row.from_on },
          inMoney(row.old_recurring_minor, row.currency),
          inMoney(row.new_recurring_minor, row.currency),
          row.status === 'announced' && row.cancelled === 1
            ? t('prices.campaign.row.leaving')
            : t(`prices.campaign.row.${row.status}`),
        ],
      })),
      empty: { icon: 'search', title: t('prices.campaign.nobody') },
    },
  ]
}

export async function cancelCampaignPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t, means, actor } = desk
  const campaign = await findCampaign(means.db, actor, asked.params.id!)
  const at = `/admin/price-campaigns/${campaign.id}`
  const error = looseProblem(asked)
  return {
    title: t('prices.campaign.cancel_title', { name: campaign.name }),
    crumbs: crumbs(desk, campaign.name),
    action: `${at}/cancel`,
    label: t('prices.campaign.cancel'),
    cancelHref: at,
    acts: [
      { text: t('prices.campaign.cancel_keeps'), icon: 'lock' },
      { text: t('prices.campaign.cancel_stays'), icon: 'file-invoice' },
    ],
    reason: t('admin.label.reason'),
    ...(error ? { error } : {}),
    keys: { once: means.newId('req') },
  }
}
