import { readPreview, type Preview } from '../../../billing/index.ts'
import { inMoney, type Block, type Field, type PageView } from '../blocks.ts'
import { billingHead, billingTabs } from './billing-tabs.ts'
import { clientLink, labeller, moneyText, type Asked, type Desk } from '../desk.ts'

const DAYS = 14
const SHOWN = 200

/** What the run would do in the next days. */
export async function billingPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const days = daysOf(asked.query.days)
  const of = scopeOf(asked)
  const preview = await readPreview(means.billing, { days, ...of }, desk.actor)
  const l = labeller(desk)
  return {
    head: billingHead(desk, t('admin.billing.text', { days })),
    ...billingTabs(desk, 'ahead'),
    main: [
      {
        kind: 'form',
        id: 'billing-days',
        method: 'get',
        action: '/admin/billing',
        inline: true,
        keys: {},
        fields: [
          { kind: 'number', name: 'days', label: l('days'), value: String(days), min: 1, max: 400 },
          ...brandChoice(desk, preview, of.brand_id),
          {
            name: 'client',
            label: l('client'),
            value: of.client_id ?? '',
            required: false,
            hint: t('admin.billing.client_hint'),
          },
        ],
        submit: { label: t('admin.billing.look'), kind: 'secondary' },
      },
      figures(desk, preview),
      invoices(desk, preview),
      charges(desk, preview),
      ...(preview.lateFees.length === 0 ? [] : [lateFees(desk, preview)]),
      services(desk, { id: 'suspensions', acts: preview.suspensions }),
      ...(['terminations', 'endings'] as const)
        .filter((id) => preview[id].length > 0)
        .map((id) => services(desk, { id, acts: preview[id] })),
      mails(desk, preview),
    ],
  }
}

function daysOf(text: string | undefined): number {
  const days = Number(text ?? DAYS)
  return Number.isInteger(days) && days >= 1 && days <= 400 ? days : DAYS
}

/** Whose days are looked at: an empty field asks for all that the reader may see. */
function scopeOf({ query }: Asked): { brand_id?: string; client_id?: string } {
  const { brand, client } = query
  const clientId = client?.trim()
  return { ...(brand ? { brand_id: brand } : {}), ...(clientId ? { client_id: clientId } : {}) }
}

/** Where there is a choice. */
function brandChoice({ t }: Desk, { brands }: Preview, chosen = ''): Field[] {
  if (brands.length < 2) return []
  const options = brands.map(({ id, name }) => ({ value: id, label: name }))
  return [
    {
      ...{ kind: 'select', name: 'brand', label: t('admin.label.brand'), value: chosen, required: false },
      options: [{ value: '', label: t('admin.billing.every_brand') }, ...options],
    },
  ]
}

function figures(desk: Desk, preview: Preview): Block {
  const { t } = desk
  const sums = totals(preview.invoices)
  const text = sums.map(([currency, minor]) => moneyText(desk, minor, currency)).join(' · ') || '–'
  return {
    kind: 'stats',
    id: 'billing-figures',
    items: [
      {
        label: t('admin.billing.invoices'),
        value: preview.invoices.length,
        note: text,
        icon: 'file-invoice',
      },
      { label: t('admin.billing.charges'), value: preview.charges.length, icon: 'credit-card' },
      { label: t('admin.billing.suspensions'), value: preview.suspensions.length, icon: 'player-pause' },
      {
        label: t('admin.billing.ends'),
        value: preview.terminations.length + preview.endings.length,
        icon: 'player-stop',
      },
      { label: t('admin.billing.mails'), value: preview.mails.length, icon: 'mail' },
      { label: t('admin.billing.problems'), value: preview.problems.length, icon: 'alert-triangle' },
    ],
  }
}

function totals(rows: readonly { currency: string; totalMinor: bigint }[]): [string, bigint][] {
  const sums = new Map<string, bigint>()
  for (const row of rows) sums.set(row.currency, (sums.get(row.currency) ?? 0n) + row.totalMinor)
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
}

const invoices = (desk: Desk, preview: Preview): Block =>
  planned(desk, {
    id: 'billing-invoices',
    row: 'planned',
    rows: preview.invoices,
    title: desk.t('admin.billing.invoices'),
  })

const lateFees = (desk: Desk, preview: Preview): Block =>
  planned(desk, {
    id: 'billing-late-fees',
    row: 'late-fee',
    rows: preview.lateFees,
    title: desk.t('admin.billing.late_fees'),
  })

function planned(
  desk: Desk,
  of: { id: string; row: string; title: string; rows: Preview['invoices'] },
): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: of.id,
    title: of.title,
    columns: [
      { label: l('client'), phone: 'title' },
      { label: l('issued_on'), phone: 'hide' },
      { label: l('due_on') },
      { label: l('lines'), phone: 'hide' },
      { label: l('total'), align: 'end', phone: 'side' },
    ],
    rows: of.rows.slice(0, SHOWN).map((row, i) => ({
      id: `${of.row}-${i}`,
      href: `/admin/clients/${row.clientId}`,
      label: row.clientName,
      cells: [
        row.clientName,
        { day: row.issuesOn },
        { day: row.dueOn },
        row.lines.map((line) => line.description).join(' · '),
        inMoney(row.totalMinor, row.currency),
      ],
    })),
    empty: { icon: 'file-invoice', title: desk.t('admin.billing.no_invoices') },
  }
}

function charges(desk: Desk, preview: Preview): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'billing-charges',
    title: desk.t('admin.billing.charges'),
    columns: [
      { label: l('day'), phone: 'hide' },
      { label: l('number'), phone: 'title' },
      { label: l('client') },
      { label: l('due_on') },
      { label: l('total'), align: 'end', phone: 'side' },
    ],
    rows: preview.charges.slice(0, SHOWN).map((row, i) => {
      const label = row.number ?? desk.t('admin.billing.not_issued')
      return {
        id: row.id ? `charge-${row.id}-${row.step}` : `charge-${i}`,
        ...(row.id ? { href: `/admin/invoices/${row.id}` } : {}),
        label,
        cells: [
          { day: row.on },
          label,
          clientLink(row.clientId, row.clientName),
          { day: row.dueOn },
          inMoney(row.totalMinor, row.currency),
        ],
      }
    }),
    empty: { icon: 'credit-card', title: desk.t('admin.billing.no_charges') },
  }
}

const ROWS = { suspensions: 'suspend', terminations: 'terminate', endings: 'end' } as const

/** What becomes of services, each on its day. */
function services(
  desk: Desk,
  { id, acts }: { id: 'suspensions' | 'terminations' | 'endings'; acts: Preview['suspensions'] },
): Block {
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `billing-${id}`,
    title: desk.t(`admin.billing.${id}`),
    columns: [
      { label: l('day'), phone: 'side' },
      { label: l('service'), phone: 'title' },
      { label: l('client') },
    ],
    rows: acts.slice(0, SHOWN).map((act) => ({
      id: `${ROWS[id]}-${act.id}`,
      href: `/admin/services/${act.id}`,
      label: act.label,
      cells: [{ day: act.on }, act.label, clientLink(act.clientId, act.clientName)],
    })),
    empty: { icon: 'circle-check', title: desk.t('admin.billing.no_suspensions') },
  }
}

function mails(desk: Desk, preview: Preview): Block {
  const l = labeller(desk)
  const kindOf = (template: string) => desk.t(`admin.billing.mail.${template.replaceAll('-', '_')}`)
  return {
    kind: 'table',
    id: 'billing-mails',
    title: desk.t('admin.billing.mails'),
    columns: [
      { label: l('day'), phone: 'side' },
      { label: l('kind'), phone: 'title' },
      { label: l('client') },
      { label: l('about'), phone: 'hide' },
    ],
    rows: preview.mails.slice(0, SHOWN).map(({ on, template, clientId, clientName, about }, i) => ({
      id: `mail-${i}`,
      label: kindOf(template),
      cells: [{ day: on }, kindOf(template), clientLink(clientId, clientName), about ?? '–'],
    })),
    empty: { icon: 'mail', title: desk.t('admin.billing.no_mails') },
  }
}
