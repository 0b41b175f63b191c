import type { Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addRecord, toColumns } from './edit.ts'
import { exactly, Id, Name, productFields, ProductKindText, Slug } from './inputs.ts'
import type { DeliveryMoment, ProductKind, ProductStatus } from './product.ts'
import { reachGroup } from './reach.ts'

/** A draft, not on sale before it is published. Answers its id. */
export const createProduct = defineVerb(
  {
    permission: 'product.create',
    audience: ['staff'],
    input: exactly({ groupId: Id, slug: Slug, name: Name, kind: ProductKindText, ...productFields }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const group = await reachGroup(trx, actor, input.groupId)
      return addProduct(means, trx, { ...input, brandId: group.brand_id, status: 'draft' }, actor)
    }),
)

export interface ProductFields {
  summary?: string | null | undefined
  description?: string | null | undefined
  features?: readonly string[] | undefined
  position?: number | undefined
  featured?: boolean | undefined
  taxClass?: string | undefined
  stock?: number | null | undefined
  deliveryOn?: DeliveryMoment | undefined
  instanceId?: string | null | undefined
  serverGroupId?: string | null | undefined
  moduleSettings?: Readonly<Record<string, unknown>> | undefined
  graceDays?: number | null | undefined
  terminateDays?: number | null | undefined
}

export interface NewProduct extends ProductFields {
  brandId: string
  groupId: string
  slug: string
  name: string
  kind: ProductKind
  status: ProductStatus
}

const PRESET = toColumns({
  summary: null,
  description: null,
  features: [],
  position: 0,
  featured: false,
  taxClass: 'standard',
  stock: null,
  deliveryOn: 'payment',
  instanceId: null,
  serverGroupId: null,
  moduleSettings: {},
  graceDays: null,
  terminateDays: null,
})

export async function addProduct(means: Means, trx: Trx, product: NewProduct, actor: Actor): Promise<string> {
  const id = means.newId('prd')
  const { brandId } = product
  const columns = { ...PRESET, ...toColumns({ ...product }) }
  await addRecord(means, trx, { table: 'products', what: 'product', id, brandId, columns }, actor)
  return id
}
