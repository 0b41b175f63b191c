import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries, type Trx } from '../../db/index.ts'
import { newSecretToken, secretTokenHash } from '../../identity/index.ts'
import { instant, NotFound, type Actor, type Instant } from '../../kernel/index.ts'
import { enterMail } from '../../mail/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import { LinkOver } from '../errors.ts'
import { amountDue, getInvoice, type Invoice, type InvoiceRow } from '../invoice.ts'
import { standings } from '../invoice-state.ts'

export interface LinkRow {
  id: string
  brand_id: string
  client_id: string
  invoice_id: string
  token_hash: string
  expires_at: Instant
  revoked_at: Instant | null
  /** When it was opened for the first time. */
  opened_at: Instant | null
  created_by: string
  created_at: Instant
}

const DAY_MS = 86_400_000

/**
 * Makes an address under which one invoice is seen and paid without signing in. Only the hash of its secret is kept, so
 * the address is shown once; on wish it goes to the client by mail.
 */
export const createInvoiceLink = defineVerb(
  {
    permission: 'invoice.create_link',
    asksNobody: 'a link shows a document, and whoever pays by it pays by itself',
    audience: ['staff'],
    input: Type.Object({
      invoice_id: Type.String(),
      days: Type.Integer({ minimum: 1, maximum: 365, default: 30 }),
      send: Type.Optional(Type.Boolean()),
    }),
  },
  async (means: Means, input, actor): Promise<{ id: string; url: string }> => {
    const invoice = await findRow<InvoiceRow>(means.db, actor, {
      ...{ table: 'invoices', what: 'invoice', id: input.invoice_id },
    })
    if (invoice.number === null || invoice.kind !== 'invoice')
      throw LinkOver({ number: invoice.number ?? invoice.id })
    const { token, hash } = newSecretToken()
    const id = means.newId('lnk')
    const url = `${means.publicUrl}/pay/${token}`
    const now = means.clock.now()
    const link: LinkRow = {
      ...{ id, brand_id: invoice.brand_id, client_id: invoice.client_id, invoice_id: invoice.id },
      ...{ token_hash: hash, expires_at: instant(means.clock.ms() + input.days * DAY_MS) },
      ...{ revoked_at: null, opened_at: null, created_by: actor.id, created_at: now },
    }
    await means.db.transaction(async (trx) => {
      await trx.insert('invoice_links', [link])
      await audit(means, trx, { link, action: 'invoice.create_link' }, actor)
      if (input.send) await send(means, trx, { invoice, link, url })
    })
    return { id, url }
  },
)

/** Closes an address; a payment that was begun under it goes on. */
export const revokeInvoiceLink = defineVerb(
  {
    permission: 'invoice.revoke_link',
    asksNobody: 'a link shows a document, and nothing is owed by it',
    audience: ['staff'],
    input: Type.Object({ invoice_id: Type.String(), link_id: Type.String() }),
  },
  (means: Means, { invoice_id, link_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const link = await findRow<LinkRow>(trx, actor, {
        ...{ table: 'invoice_links', what: 'invoice link', id: link_id },
      })
      if (link.invoice_id !== invoice_id) throw NotFound({ what: 'invoice link', id: link_id })
      if (link.revoked_at !== null) return
      await trx.run(sql`update invoice_links set revoked_at = ${means.clock.now()} where id = ${link.id}`)
      await audit(means, trx, { link, action: 'invoice.revoke_link' }, actor)
    }),
)

export const linksOf = (queries: Queries, invoiceId: string): Promise<LinkRow[]> =>
  queries.all<LinkRow>(
    sql`select * from invoice_links where invoice_id = ${invoiceId} order by id desc limit 20`,
  )

/**
 * The one document that a secret opens. An unknown, an expired and a revoked one answer alike, so that nobody learns
 * which of them it was.
 */
export async function openLink(means: Means, token: string, actor: Actor): Promise<Invoice> {
  const link = await means.db.get<LinkRow>(
    sql`select * from invoice_links where token_hash = ${secretTokenHash(token)}`,
  )
  if (!link || link.revoked_at !== null || link.expires_at <= means.clock.now())
    throw NotFound({ what: 'page', id: 'pay' })
  if (link.opened_at === null)
    await means.db.run(
      sql`update invoice_links set opened_at = ${means.clock.now()} where id = ${link.id} and opened_at is null`,
    )
  return getInvoice(means.db, link.invoice_id, actor)
}

function audit(
  means: Means,
  trx: Trx,
  { link, action }: { link: LinkRow; action: string },
  actor: Actor,
): Promise<void> {
  const scope = { subject: link.invoice_id, brandId: link.brand_id, clientId: link.client_id }
  return recordAudit(means, trx, actor, [
    { ...scope, action, after: { link: link.id, expires_at: link.expires_at } },
  ])
}

interface Sent {
  invoice: InvoiceRow
  link: LinkRow
  url: string
}

async function send(means: Means, trx: Trx, { invoice, link, url }: Sent): Promise<void> {
  const client = await trx.get<{ name: string; email: string; locale: string }>(
    sql`select name, email, locale from clients where id = ${invoice.client_id}`,
  )
  const standing = (await standings(trx, [invoice.id]))(invoice.id)
  await enterMail(means, trx, {
    template: 'invoice-link',
    to: { address: client!.email, name: client!.name },
    ...{ client_id: invoice.client_id, brand_id: invoice.brand_id, subject_of: invoice.id },
    locale: client!.locale,
    key: `${link.id}/sent`,
    data: {
      ...{ url, number: invoice.number!, due_on: invoice.due_on, expires_at: link.expires_at },
      amount: { minor: amountDue({ ...invoice, ...standing }).toString(), currency: invoice.currency },
    },
  })
}
