import type { Product } from '../../catalog/index.ts'
import { countAttempts, limits } from '../../identity/index.ts'
import { keepUpload } from '../../orders/index.ts'
import type { RouteCtx } from '../context.ts'

/**
 * Keeps the files that answer questions of the product and puts their ids where the form has its answers. A file comes
 * as "u.<key>", its id goes on as "f.<key>": so it outlives a form that is drawn again. Answers field → what is wrong.
 */
export async function keepUploads(ctx: RouteCtx, product: Product): Promise<Record<string, string>> {
  const { deps, actor, uploads, form } = ctx.state
  const problems: Record<string, string> = {}
  for (const { key, kind, choices, retiredAt } of product.fields) {
    const upload = uploads.get(`u.${key}`)
    if (!upload || kind !== 'file' || retiredAt) continue
    await countAttempts(deps, [[limits.uploadByAddress, actor.address ?? 'unknown']])
    const kept = await keepUpload(deps, { upload, types: choices }, actor)
    if ('id' in kept) form[`f.${key}`] = kept.id
    else problems[`f.${key}`] = kept.problem
  }
  return problems
}
