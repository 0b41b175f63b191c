import { productKinds, type ProductKind } from '../../../catalog/index.ts'
import { sql, type Sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import { url } from '../../../render/index.ts'
import type { PageView } from '../blocks.ts'
import type { Asked, Desk } from '../desk.ts'

/** Kinds of the products within reach, in the order of the table of kinds. */
export async function kindsInUse({ means, actor }: Desk, where: Sql = sql`1 = 1`): Promise<ProductKind[]> {
  const rows = await means.db.all<{ kind: string }>(
    sql`select distinct p.kind from products p where ${scoped(actor, { table: 'p', client: null })} and ${where}`,
  )
  return productKinds.filter((kind) => rows.some((row) => row.kind === kind))
}

export const kindAsked = ({ query }: Asked): ProductKind | undefined =>
  productKinds.find((kind) => kind === query.kind)

/** One tab for each kind beside that of all; of a single kind there is nothing to choose. */
export function kindTabs(
  { t }: Desk,
  asked: Asked,
  { path, kinds }: { path: string; kinds: readonly ProductKind[] },
): Pick<PageView, 'tabs'> {
  if (kinds.length < 2) return {}
  const wanted = kindAsked(asked)
  const all = { label: t('admin.products.all_kinds'), href: path, active: wanted === undefined }
  return {
    tabs: {
      label: t('admin.products.kinds'),
      tabs: [
        all,
        ...kinds.map((kind) => ({
          label: t(`admin.product_kind.${kind}`),
          href: url(path, { kind }),
          active: kind === wanted,
        })),
      ],
    },
  }
}
