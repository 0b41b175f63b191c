import { agreeInstalments, endInstalments, getInvoice } from '../../billing/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { readAmount } from '../page/index.ts'
import { optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { agreePage, endPage } from './views/instalments.ts'

const permission = agreeInstalments.permission

export const instalments: Section = {
  pages: [
    { path: '/invoices/:id/instalments', permission, draw: agreePage },
    { path: '/invoices/:id/instalments/end', permission: endInstalments.permission, draw: endPage },
  ],
  acts: [
    { path: '/invoices/:id/instalments', permission, again: agreePage, act: agree },
    {
      path: '/invoices/:id/instalments/end',
      permission: endInstalments.permission,
      again: endPage,
      act: end,
    },
  ],
}

const at = (asked: Asked): string => `/admin/invoices/${asked.params.id!}`

async function agree({ means, actor, t, locale }: Desk, asked: Asked) {
  const { form } = asked
  const { currency } = await getInvoice(means.db, asked.params.id!, actor)
  const typed = optional(form, 'fee')
  const fee = typed === null ? 0n : readAmount(typed, currency, locale)
  if (fee === null || fee < 0n) throw invalidInput({ fee: 'is not an amount such as 24.00' })
  const parts = Number(textOf(form, 'parts'))
  const when = { first_on: textOf(form, 'first_on'), every: textOf(form, 'every') }
  const input = { invoice_id: asked.params.id, parts, ...when, fee_minor: fee.toString() }
  await agreeInstalments(means, input, actor)
  return { href: at(asked), message: t('instalments.agree.done') }
}

async function end({ means, actor, t }: Desk, asked: Asked) {
  await endInstalments(means, { invoice_id: asked.params.id, reason: textOf(asked.form, 'reason') }, actor)
  return { href: at(asked), message: t('instalments.end.done') }
}
