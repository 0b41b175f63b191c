import { getInvoice, linksOf } from '../../../billing/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { PageView } from '../blocks.ts'
import { filled, formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'

const crumbs = (desk: Desk, id: string, number: string, title: string) => [
  { label: desk.t('admin.invoices.title'), href: '/admin/invoices' },
  { label: number, href: `/admin/invoices/${id}` },
  { label: title },
]

/** Addresses under which the invoice is seen and paid without signing in; their secrets are never shown again. */
export async function linksPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const l = labeller(desk)
  const invoice = await getInvoice(means.db, asked.params.id!, desk.actor)
  const links = await linksOf(means.db, invoice.id)
  const now: Instant = means.clock.now()
  const title = t('admin.links.title')
  const state = (link: (typeof links)[number]) =>
    link.revoked_at !== null ? 'revoked' : link.expires_at <= now ? 'expired' : 'open'
  return {
    head: {
      title,
      text: t('admin.links.text'),
      crumbs: crumbs(desk, invoice.id, invoice.number ?? t('admin.invoices.draft'), title),
    },
    main: [
      {
        kind: 'table',
        id: 'invoice-links',
        title,
        columns: [
          { label: l('at'), phone: 'title' },
          { label: l('until_on') },
          { label: t('admin.links.opened') },
          { label: l('state'), phone: 'side' },
        ],
        rows: links.map((link) => ({
          id: `row-${link.id}`,
          label: link.created_at,
          cells: [
            { at: link.created_at },
            { at: link.expires_at },
            { at: link.opened_at },
            {
              state: state(link),
              label: t(`admin.links.state.${state(link)}`),
              tone: state(link) === 'open' ? ('good' as const) : ('off' as const),
            },
          ],
          ...(state(link) === 'open'
            ? {
                menu: [
                  {
                    label: t('admin.links.revoke'),
                    href: `/admin/invoices/${invoice.id}/links/${link.id}/revoke`,
                    icon: 'ban',
                    post: true,
                  },
                ],
              }
            : {}),
        })),
        empty: { icon: 'link', title: t('admin.links.none') },
      },
      {
        kind: 'form',
        id: 'link-form',
        title: t('admin.links.new'),
        action: `/admin/invoices/${invoice.id}/links`,
        fields: [
          { ...filled(asked, 'days', 30), kind: 'number', min: 1, label: t('admin.links.days') },
          { ...tickedField(asked, 'send', false), label: t('admin.links.send') },
        ],
        submit: { label: t('admin.links.create') },
        ...formParts(desk, asked),
      },
    ],
  }
}

export function linkMade(desk: Desk, { url, invoiceId }: { url: string; invoiceId: string }): PageView {
  const { t } = desk
  const title = t('admin.links.made')
  return {
    head: { title, crumbs: crumbs(desk, invoiceId, t('admin.links.invoice'), title) },
    main: [
      { kind: 'notice', id: 'link-once', tone: 'warn', text: t('admin.links.once') },
      {
        kind: 'facts',
        id: 'link-made',
        items: [{ label: t('admin.links.address'), value: { copy: url, label: t('admin.links.address') } }],
        actions: [{ label: t('admin.links.back'), href: `/admin/invoices/${invoiceId}/links` }],
      },
    ],
  }
}
