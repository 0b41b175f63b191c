import { eInvoiceMode, eInvoiceStandard, setEInvoiceFacts } from '../../billing/index.ts'
import { findClient } from '../../clients/index.ts'
import { sql } from '../../db/index.ts'
import { storedSettings } from '../../records/index.ts'
import type { PageView } from './blocks.ts'
import { filled, formParts, optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { crumbs } from './views/client-forms.ts'

/** What the e-invoices of one client need. */
export const eInvoices: Section = {
  pages: [{ path: '/clients/:id/e-invoice', permission: 'e_invoice.set_facts', draw: factsPage }],
  acts: [
    { path: '/clients/:id/e-invoice', permission: 'e_invoice.set_facts', again: factsPage, act: setFacts },
  ],
}

async function factsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const client = await findClient(means.db, actor, asked.params.id!, 'client.read')
  const facts = await means.db.get<{ buyer_reference: string | null; electronic_address: string | null }>(
    sql`select buyer_reference, electronic_address from clients where id = ${client.id}`,
  )
  const own = await storedSettings(means.db, { scope: 'client', scopeId: client.id })
  const say = ({ key }: { key: string }) => (own.get(key)?.value as string | undefined) ?? ''
  const choice = (name: string, setting: { key: string }, values: readonly string[]) => ({
    ...filled(asked, name, say(setting)),
    ...{ kind: 'select', label: t(`tax.e_invoice.${name}_label`), required: false },
    options: ['', ...values].map((value) => ({
      value,
      label: t(`tax.e_invoice.${value === '' ? 'mode' : name}.${value || 'inherit'}`),
    })),
  })
  return {
    head: {
      title: t('tax.e_invoice.title'),
      crumbs: crumbs(desk, t('tax.e_invoice.title'), client),
      text: t('tax.e_invoice.text'),
    },
    main: [
      {
        ...{ kind: 'form', id: 'e-invoice-form', action: `/admin/clients/${client.id}/e-invoice` },
        fields: [
          choice('mode', eInvoiceMode, ['off', 'offer', 'require']),
          choice('standard', eInvoiceStandard, ['en16931', 'xrechnung']),
          {
            ...filled(asked, 'buyer_reference', facts?.buyer_reference),
            ...{
              label: t('tax.e_invoice.reference'),
              hint: t('tax.e_invoice.reference_hint'),
              required: false,
            },
          },
          {
            ...filled(asked, 'electronic_address', facts?.electronic_address),
            ...{ label: t('tax.e_invoice.address'), hint: t('tax.e_invoice.address_hint'), required: false },
          },
        ],
        submit: { label: t('admin.save') },
        cancelHref: `/admin/clients/${client.id}`,
        ...formParts(desk, asked),
      },
    ],
  }
}

async function setFacts({ means, actor, t }: Desk, { params, form }: Asked) {
  const input = {
    client_id: params.id,
    buyer_reference: optional(form, 'buyer_reference'),
    electronic_address: optional(form, 'electronic_address'),
    mode: textOf(form, 'mode') || null,
    standard: textOf(form, 'standard') || null,
  }
  await setEInvoiceFacts(means, input, actor)
  return { href: `/admin/clients/${params.id!}`, message: t('tax.e_invoice.saved') }
}
