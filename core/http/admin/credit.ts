import { grantCredit, revokeCredit } from '../../billing/index.ts'
import { findClient } from '../../clients/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { findRow } from '../../records/index.ts'
import { readAmount } from '../page/index.ts'
import { countOf, optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { creditPage, giveCredit, revokePage } from './views/credit.ts'

export const credit: Section = {
  pages: [
    { path: '/clients/:id/credit', permission: 'client.read', draw: creditPage },
    { path: '/clients/:id/credit/give', permission: 'credit.grant', draw: giveCredit },
    { path: '/credit-grants/:id/revoke', permission: 'credit.revoke', draw: revokePage },
  ],
  acts: [
    { path: '/clients/:id/credit/give', permission: 'credit.grant', again: giveCredit, act: give },
    { path: '/credit-grants/:id/revoke', permission: 'credit.revoke', again: revokePage, act: revoke },
  ],
}

async function give({ means, actor, t, locale }: Desk, { form, params }: Asked) {
  const client = await findClient(means.db, actor, params.id!, 'client.read')
  const amount = readAmount(textOf(form, 'amount'), client.currency, locale)
  if (amount === null || amount <= 0n) throw invalidInput({ amount: 'is not an amount such as 24.00' })
  const priority = countOf(form, 'priority')
  const input = {
    ...{ client_id: client.id, amount_minor: amount.toString(), origin: textOf(form, 'origin') },
    ...(priority === null ? {} : { priority }),
    ...{ expires_on: optional(form, 'expires_on'), reason: textOf(form, 'reason') },
  }
  await grantCredit(means, input, actor)
  return { href: `/admin/clients/${client.id}/credit`, message: t('payments.credit.given') }
}

async function revoke({ means, actor, t }: Desk, { form, params }: Asked) {
  const grant = await findRow<{ id: string; client_id: string }>(means.db, actor, {
    ...{ table: 'credit_grants', what: 'credit grant', id: params.id! },
  })
  await revokeCredit(means, { grant_id: grant.id, reason: textOf(form, 'reason') }, actor)
  return { href: `/admin/clients/${grant.client_id}/credit`, message: t('payments.credit.revoked') }
}
