import { issueGiftCard, replaceGiftCardCode, voidGiftCard } from '../../billing/index.ts'
import { isCurrency } from '../../../sdk/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import { readAmount } from '../page/index.ts'
import { optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { codeOnce, giftCardList, giftCardPage, newGiftCard, voidCardPage } from './views/gift-cards.ts'

export const giftCards: Section = {
  pages: [
    { path: '/gift-cards', permission: 'gift_card.list', draw: giftCardList },
    { path: '/gift-cards/new', permission: 'gift_card.issue', draw: newGiftCard },
    { path: '/gift-cards/:id', permission: 'gift_card.read', draw: giftCardPage },
    { path: '/gift-cards/:id/void', permission: 'gift_card.void', draw: voidCardPage },
  ],
  acts: [
    { path: '/gift-cards', permission: 'gift_card.issue', again: newGiftCard, confirmed: true, act: issue },
    {
      ...{ path: '/gift-cards/:id/code', permission: 'gift_card.replace_code' },
      ...{ again: giftCardPage, confirmed: true, act: replaceCode },
    },
    { path: '/gift-cards/:id/void', permission: 'gift_card.void', again: voidCardPage, act: voidCard },
  ],
}

async function issue(desk: Desk, { form }: Asked) {
  const { means, actor, locale } = desk
  const currency = textOf(form, 'currency').toUpperCase()
  if (!isCurrency(currency)) throw invalidInput({ currency: 'is not a currency code such as EUR' })
  const amount = readAmount(textOf(form, 'amount'), currency, locale)
  if (amount === null || amount <= 0n) throw invalidInput({ amount: 'is not an amount such as 24.00' })
  const [expires_on, note, email] = [
    optional(form, 'expires_on'),
    optional(form, 'note'),
    optional(form, 'email'),
  ]
  const input = {
    ...{ brand_id: textOf(form, 'brand_id'), currency, amount_minor: amount.toString() },
    ...(expires_on === null ? {} : { expires_on }),
    ...(note === null ? {} : { note }),
    ...(email === null ? {} : { email }),
  }
  const card = await issueGiftCard(means, input, actor)
  return { href: `/admin/gift-cards/${card.id}`, once: codeOnce(desk, card) }
}

async function replaceCode(desk: Desk, { params }: Asked) {
  const card = await replaceGiftCardCode(desk.means, { id: params.id }, desk.actor)
  return { href: `/admin/gift-cards/${card.id}`, once: codeOnce(desk, card) }
}

async function voidCard({ means, actor, t }: Desk, { params, form }: Asked) {
  await voidGiftCard(means, { id: params.id, reason: textOf(form, 'reason') }, actor)
  return { href: `/admin/gift-cards/${params.id!}`, message: t('offers.gift_card.voided') }
}
