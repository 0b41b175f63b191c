import { loadProducts, priceSelection, type Product } from '../../catalog/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { invalidInput, NotFound } from '../../kernel/index.ts'
import type { ChangePorts, Offer, OfferRequest } from '../../services/index.ts'

/** What a running service would cost as it would be ordered today. Options that the wish leaves out stay as they are. */
export const priceOffer: ChangePorts['price'] = async (queries, request): Promise<Offer> => {
  const { service, productId, onDay } = request
  const [product] = await loadProducts(queries, service.brand_id, [productId])
  if (!product) throw NotFound({ what: 'product', id: productId })
  const options = {
    ...(await presentOptions(queries, service.id, product)),
    ...wishedOptions(product, request),
  }
  const terms = { cycle: request.cycle, currency: service.currency, day: onDay }
  const priced = priceSelection(product, { quantity: service.quantity, options }, terms)
  if (Object.keys(priced.errors).length > 0) throw invalidInput(priced.errors)
  const own = priced.lines.find((line) => line.kind === 'recurring' || line.kind === 'once')
  return {
    productId: product.id,
    name: product.name,
    taxClass: product.taxClass,
    cycle: request.cycle,
    priceId: priced.priceId,
    amountMinor: own?.amountMinor ?? 0n,
    recurringMinor: priced.renewal?.subtotalMinor ?? 0n,
    instanceId: product.instanceId,
    moduleSettings: { ...product.moduleSettings },
    options: priced.choices.map((choice) => ({
      optionId: choice.optionId,
      valueId: choice.valueId,
      quantity: choice.quantity,
      value: choice.value,
      label: choice.label,
      amountMinor: choice.amountMinor * BigInt(choice.quantity * service.quantity),
      setting: choice.setting,
      moduleValue: choice.moduleValue,
      priceId: choice.priceId,
    })),
  }
}

/** What the service has now, as far as the product offers the same by key. */
async function presentOptions(
  queries: Queries,
  serviceId: string,
  product: Product,
): Promise<Record<string, string>> {
  const rows = await queries.all<{ option_key: string; value: string }>(sql`
    select o.option_key, s.value from service_options s join options o on o.id = s.option_id where s.service_id = ${serviceId}`)
  const offered = new Set(product.options.map((option) => option.key))
  return Object.fromEntries(
    rows.filter((row) => offered.has(row.option_key)).map((row) => [row.option_key, row.value]),
  )
}

function wishedOptions(product: Product, { options }: OfferRequest): Record<string, unknown> {
  const wished = options.map((wish): [string, unknown] => {
    const option = product.options.find(({ id }) => id === wish.optionId)
    if (!option) throw invalidInput({ options: `"${wish.optionId}" is no option of ${product.name}` })
    const value = option.values.find(({ id }) => id === wish.valueId)
    return [option.key, value?.key ?? wish.value ?? wish.quantity]
  })
  return Object.fromEntries(wished)
}
