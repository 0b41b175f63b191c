import type { Price, Product } from '../../../catalog/index.ts'
import { amount } from '../amount.ts'

/** A product with everything that can be chosen and what it costs; what is retired is left out. */
export function productDetail(product: Product) {
  const { id, brandId, groupId, slug, kind, name, summary, description, features, status } = product
  const { position, featured, stock, trial, version } = product
  return {
    ...{ id, brand_id: brandId, group_id: groupId, slug, kind, name, summary, description, features, status },
    ...{ position, featured, tax_class: product.taxClass, stock, delivery_on: product.deliveryOn },
    ...{ instance_id: product.instanceId, server_group_id: product.serverGroupId },
    ...{
      grace_days: product.graceDays,
      terminate_days: product.terminateDays,
      periods_max: product.periodsMax,
    },
    trial: trial && {
      ...{ days: trial.days, then: trial.then },
      prices: Object.entries(trial.prices).map(([currency, minor]) => amount(minor, currency)),
    },
    prices: product.prices.map(priceOf),
    options: product.options.filter(isOffered).map(optionOf),
    fields: product.fields.filter(isOffered).map(fieldOf),
    addon_ids: product.addons.filter((addon) => addon.status !== 'retired').map((addon) => addon.id),
    version,
  }
}

const isOffered = ({ retiredAt }: { retiredAt: string | null }): boolean => retiredAt === null

const optionOf = ({
  id,
  key,
  name,
  kind,
  required,
  conditions,
  prices,
  values,
}: Product['options'][number]) => ({
  ...{ id, key, name, kind, required, conditions, prices: prices.map(priceOf) },
  values: values.filter(isOffered).map((value) => ({
    id: value.id,
    key: value.key,
    label: value.label,
    server_group_id: value.serverGroupId,
    free: value.free,
    conditions: value.conditions,
    prices: value.prices.map(priceOf),
  })),
})

const fieldOf = ({ id, key, label, kind, required, choices }: Product['fields'][number]) => ({
  ...{ id, key, label, kind, required, choices },
})

function priceOf({ id, cycle, currency, amountMinor, setupMinor, validFrom, scheme }: Price) {
  const sum = (minor: bigint) => amount(minor, currency)
  return {
    ...{ id, cycle, amount: sum(amountMinor), setup: sum(setupMinor), valid_from: validFrom },
    scheme: scheme
      ? {
          ...{
            kind: scheme.kind,
            included: scheme.included,
            minimum: sum(scheme.minimumMinor),
            size: scheme.size,
          },
          tiers: scheme.tiers.map(({ upTo, unitMinor, flatMinor }) => ({
            ...{ up_to: upTo, unit: sum(unitMinor), flat: sum(flatMinor) },
          })),
        }
      : null,
  }
}
