import type { Log } from '../../log/index.ts'

const WAIT_MS = 10_000

/**
 * Counts the refused deliveries that are too many to be written down one by one, and says every ten seconds in which
 * there were some how many came to an instance.
 */
export function unwrittenRefusals(log: Pick<Log, 'warn'>, waitMs = WAIT_MS): (instanceId: string) => void {
  const counts = new Map<string, number>()
  const say = (instance: string) => {
    log.warn({ instance, refused: counts.get(instance) }, 'webhooks refused that are not written down')
    counts.delete(instance)
  }
  return (instance) => {
    const before = counts.get(instance) ?? 0
    counts.set(instance, before + 1)
    if (before === 0) setTimeout(say, waitMs, instance).unref()
  }
}
