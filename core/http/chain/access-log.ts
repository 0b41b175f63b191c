import type { Step } from '../context.ts'

/** One line a request, without query and body, which may hold secrets. Links with a token are cut at the token. */
export const accessLog: Step = async (ctx, next) => {
  const { deps, requestId, address } = ctx.state
  const started = performance.now()
  const { statements, options } = deps
  const counted = () => {
    if (options.countStatements && statements && !ctx.headerSent)
      ctx.set('X-Statements', String(statements.count()))
    return Promise.resolve()
  }
  const run = async () => {
    await next()
    await counted()
  }
  await (statements ? statements.run(run) : run())
  const took = Math.round((performance.now() - started) * 10) / 10
  const facts = {
    request: requestId,
    method: ctx.method,
    path: withoutToken(ctx.path),
    status: ctx.status,
    ms: took,
  }
  deps.log.info({ ...facts, address, actor: ctx.state.actor.id }, 'request')
}

export const withoutToken = (path: string): string =>
  path.replace(
    /^((?:\/admin)?\/(?:verify-email|reset|pay|invitation|download|cart\/left|cart\/mails)\/).+/,
    '$1(token)',
  )
