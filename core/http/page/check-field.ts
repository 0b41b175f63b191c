import type { TSchema } from 'typebox'
import type { RouteCtx } from '../context.ts'
import { faultOf } from '../fault.ts'
import { form } from './form.ts'
import { fragment } from './page.ts'
import { reasonText } from './reasons.ts'

/**
 * A field of a form was left: answers what is wrong with it, or nothing. The form is the judge when it is sent; this
 * only says it earlier, and writes nothing. `problems` adds reasons that the schema does not know.
 */
export function checkField(
  ctx: RouteCtx,
  schema: TSchema,
  problems: Readonly<Record<string, string | null>> = {},
): void {
  const name = typeof ctx.query.field === 'string' ? ctx.query.field : ''
  const reason = problems[name] ?? reasonsOf(ctx, schema)[name] ?? null
  const said = { name, error: reason === null ? null : reasonText(ctx.state.t, reason) }
  fragment(ctx, 'components/field-said', said)
}

function reasonsOf(ctx: RouteCtx, schema: TSchema): Readonly<Record<string, string>> {
  try {
    form(ctx, schema)
    return {}
  } catch (error) {
    return faultOf(error).fields
  }
}
