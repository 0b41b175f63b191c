import { capturePayment, getPayment, releasePayment } from '../../billing/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { readAmount } from '../page/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { capturePage, releasePage } from './views/reserved.ts'

const [capturing, releasing] = [capturePayment.permission, releasePayment.permission]

export const reserved: Section = {
  pages: [
    { path: '/payments/:id/capture', permission: capturing, draw: capturePage },
    { path: '/payments/:id/release', permission: releasing, draw: releasePage },
  ],
  acts: [
    { path: '/payments/:id/capture', permission: capturing, again: capturePage, act: capture },
    { path: '/payments/:id/release', permission: releasing, again: releasePage, act: release },
  ],
}

const at = (asked: Asked): string => `/admin/payments/${asked.params.id!}`

async function capture({ means, actor, t, locale }: Desk, asked: Asked) {
  const { currency } = await getPayment(means.db, asked.params.id!, actor)
  const amount = readAmount(textOf(asked.form, 'amount'), currency, locale)
  if (amount === null || amount <= 0n) throw invalidInput({ amount: 'is not an amount such as 24.00' })
  const input = { payment_id: asked.params.id, amount_minor: amount.toString() }
  const { status } = await capturePayment(means, input, actor)
  return { href: at(asked), message: t('reserved.capture.done', { status: t(`common.state.${status}`) }) }
}

async function release({ means, actor, t }: Desk, asked: Asked) {
  await releasePayment(means, { payment_id: asked.params.id, reason: textOf(asked.form, 'reason') }, actor)
  return { href: at(asked), message: t('reserved.release.done') }
}
