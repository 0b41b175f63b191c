import { changeOption, retireOption } from '../../catalog/index.ts'
import type { FormBody } from '../context.ts'
import { savePrices, type TypedPrice } from './catalog-prices.ts'
import { countOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { optionPage, pricedParts, reachOption } from './views/option.ts'

const at = '/catalog/options/:id'

export const options: Section = {
  pages: [{ path: at, permission: 'option.read', draw: optionPage }],
  acts: [
    { path: at, permission: 'option.change', again: optionPage, act: change },
    { path: `${at}/prices`, permission: 'price.set', again: optionPage, act: setPrices },
    { path: `${at}/retire`, permission: 'option.retire', again: optionPage, act: retire },
  ],
}

const href = ({ params }: Asked): string => `/admin/catalog/options/${params.id!}`

async function change({ means, actor, t }: Desk, asked: Asked) {
  const { form, version } = asked
  const counts = ['minimum', 'maximum', 'step']
    .filter((name) => name in form)
    .map((name) => [name, countOf(form, name)])
  const input = {
    id: asked.params.id,
    ...(version ? { version } : {}),
    name: textOf(form, 'name'),
    hint: optional(form, 'hint'),
    preset: optional(form, 'preset'),
    setting: optional(form, 'setting'),
    required: ticked(form, 'required'),
    changeable: ticked(form, 'changeable'),
    ...(Object.fromEntries(counts) as Record<string, number | null>),
  }
  await changeOption(means, input, actor)
  return { href: href(asked), message: t('admin.options.done.changed') }
}

async function setPrices(desk: Desk, asked: Asked) {
  const { option } = await reachOption(desk, asked.params.id!)
  const parts = pricedParts(option)
  const amounts = (asked.form.amount ?? {}) as FormBody
  const typed = Object.keys(amounts).flatMap((key): TypedPrice[] => {
    const [ownerId = '', cycle = '', currency = ''] = key.split(':')
    const part = parts.find(({ id }) => id === ownerId)
    const fields = { amount: `amount[${key}]`, setup: `amount[${key}]` }
    const amount = textOf(amounts, key)
    return part
      ? [{ ownerId, prices: part.prices, cycle, currency, amount, setup: '', validFrom: null, fields }]
      : []
  })
  const count = await savePrices(desk, typed)
  return { href: href(asked), message: desk.t('admin.products.done.prices', { count }) }
}

async function retire(desk: Desk, asked: Asked) {
  const { product } = await reachOption(desk, asked.params.id!)
  await retireOption(desk.means, { id: asked.params.id }, desk.actor)
  return { href: `/admin/catalog/products/${product.id}`, message: desk.t('admin.options.done.retired') }
}
