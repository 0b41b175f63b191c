import type { Payments } from '../payments/gateway.ts'

const PAGES_MAX = 500

interface Ask {
  instanceId: string
  operation: string
  input: object
}

/** Page by page; each is kept before the next is asked for, so a reading that breaks off has lost nothing. */
export async function eachPage<T extends { cursor?: string }>(
  { plugins }: Pick<Payments, 'plugins'>,
  { instanceId, operation, input }: Ask,
  take: (page: T) => Promise<void>,
): Promise<void> {
  let cursor: string | undefined
  for (let page = 0; page < PAGES_MAX; page++) {
    const asked = { ...input, ...(cursor === undefined ? {} : { cursor }) }
    const answer = await plugins.call<T>(instanceId, 'gateway', operation, asked, { deadline: 'job' })
    await take(answer)
    if (answer.cursor === undefined || answer.cursor === cursor) return
    cursor = answer.cursor
  }
  throw new Error(`More than ${PAGES_MAX} pages of ${operation}; the next reading goes on.`)
}
