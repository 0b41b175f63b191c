import type { Step } from '../context.ts'

/** What machines and browsers ask for without a session: health, files of the theme, robots.txt. */
export const machineRoutes: Step = (ctx, next) => {
  const { method, path } = ctx
  const isOne = (method === 'GET' || method === 'HEAD') && (path.startsWith('/assets/') || WORDS.has(path))
  return isOne ? answer(ctx, next) : next()
}

const WORDS = new Set(['/healthz', '/readyz', '/robots.txt'])

const answer: Step = async (ctx, next) => {
  const { deps } = ctx.state
  if (ctx.path.startsWith('/assets/')) {
    const served = deps.assets.serve(ctx.path.slice('/assets/'.length), ctx.get('Accept-Encoding'))
    if (!served) return next()
    ctx.set(served.headers)
    ctx.body = served.body
    ctx.compress = false
    return
  }
  switch (ctx.path) {
    case '/healthz':
      ctx.body = { status: 'up' }
      return
    case '/readyz': {
      const { ready, checks } = await deps.ready()
      ctx.status = ready ? 200 : 503
      ctx.body = { ready, checks }
      return
    }
    case '/robots.txt':
      ctx.type = 'text/plain'
      ctx.body = `User-agent: *\nDisallow: /admin\nDisallow: /portal\nDisallow: /api\nDisallow: /cart\nDisallow: /checkout\n`
      return
    default:
      return next()
  }
}
