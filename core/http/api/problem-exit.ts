import type { Step } from '../context.ts'
import { auditForeignId } from '../chain/foreign-id.ts'
import { noteRefusal } from '../chain/note-refusal.ts'
import { PageNotFound } from '../errors.ts'
import { faultOf } from '../fault.ts'

/** The one place where an error becomes an answer of the API: problem+json, always in English. */
export const problemExit: Step = async (ctx, next) => {
  try {
    await next()
    if (ctx.status === 404 && (ctx.body === null || ctx.body === undefined))
      throw PageNotFound({ path: ctx.path })
  } catch (error) {
    const { deps, requestId } = ctx.state
    const fault = faultOf(error)
    if (fault.bug) deps.log.error({ request: requestId, path: ctx.path, err: error }, 'request failed')
    auditForeignId(ctx, fault)
    await noteRefusal(ctx, error)
    ctx.status = fault.status
    if (fault.status === 401) ctx.set('WWW-Authenticate', 'Bearer')
    if (fault.status === 429) ctx.set('Retry-After', String(fault.params.seconds))
    ctx.body = JSON.stringify({
      type: `urn:berth:error:${fault.code}`,
      title: fault.code.replaceAll(/[._]/g, ' '),
      status: fault.status,
      code: fault.code,
      detail: fault.message,
      request_id: requestId,
      ...(Object.keys(fault.fields).length > 0 ? { fields: fault.fields } : {}),
    })
    ctx.set('Content-Type', 'application/problem+json')
  }
}
