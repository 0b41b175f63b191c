import { Type } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { askName } from './ask-name.ts'
import { addRecord, filledColumns } from './edit.ts'
import { exactly, Id, Name, productFields, ProductKindText, Slug } from './inputs.ts'
import type { DeliveryMoment, ProductKind, ProductStatus } from './product.ts'
import { reachGroup } from './reach.ts'

/** A draft, not on sale before it is published. Answers its id. */
export const createProduct = defineVerb(
  {
    permission: 'product.create',
    audience: ['staff'],
    input: exactly({
      ...{ group_id: Id, slug: Slug, name: Name, kind: ProductKindText, ...productFields },
      /** Whether the order form asks at once for what this kind of product needs, such as a domain name. */
      asks: Type.Optional(Type.Boolean({ default: true })),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const group = await reachGroup(trx, actor, input.group_id)
      const { asks, ...fields } = input
      const brandId = group.brand_id
      const id = await addProduct(means, trx, { ...fields, brand_id: brandId, status: 'draft' }, actor)
      if (asks) await askName(means, trx, { id, brandId, kind: input.kind }, actor)
      return id
    }),
)

export interface ProductFields {
  summary?: string | null | undefined
  description?: string | null | undefined
  features?: readonly string[] | undefined
  position?: number | undefined
  featured?: boolean | undefined
  tax_class?: string | undefined
  stock?: number | null | undefined
  delivery_on?: DeliveryMoment | undefined
  instance_id?: string | null | undefined
  server_group_id?: string | null | undefined
  module_settings?: Readonly<Record<string, unknown>> | undefined
  grace_days?: number | null | undefined
  terminate_days?: number | null | undefined
}

export interface NewProduct extends ProductFields {
  brand_id: string
  group_id: string
  slug: string
  name: string
  kind: ProductKind
  status: ProductStatus
}

const PRESET = {
  summary: null,
  description: null,
  features: [],
  position: 0,
  featured: false,
  tax_class: 'standard',
  stock: null,
  delivery_on: 'payment',
  instance_id: null,
  server_group_id: null,
  module_settings: {},
  grace_days: null,
  terminate_days: null,
}

export async function addProduct(means: Means, trx: Trx, product: NewProduct, actor: Actor): Promise<string> {
  const id = means.newId('prd')
  const { brand_id, group_id, slug, name, kind, status } = product
  const columns = { brand_id, group_id, slug, name, kind, status, ...filledColumns(PRESET, product) }
  await addRecord(means, trx, { table: 'products', what: 'product', id, brandId: brand_id, columns }, actor)
  return id
}
