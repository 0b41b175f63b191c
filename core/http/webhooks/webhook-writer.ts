import { receiveWebhooks, type AcceptedWebhook } from '../../billing/index.ts'
import type { Means } from '../../records/index.ts'

export type StoreWebhook = (accepted: AcceptedWebhook) => Promise<'stored' | 'repeated'>

interface Waiting {
  accepted: AcceptedWebhook
  done: (result: 'stored' | 'repeated') => void
  failed: (error: unknown) => void
}

const GROUP_MAX = 100

/**
 * Writes what came in during one turn of the event loop in one transaction. While a group is being written the next
 * one gathers, so that the groups grow with the load. Each caller hears when its own event is on disk.
 */
export function webhookWriter(means: Means): StoreWebhook {
  const waiting: Waiting[] = []
  let writing = false
  const write = async () => {
    const group = waiting.splice(0, GROUP_MAX)
    try {
      const results = await receiveWebhooks(
        means,
        group.map(({ accepted }) => accepted),
      )
      group.forEach(({ done }, i) => done(results[i]!))
    } catch (error) {
      if (group.length === 1) group[0]!.failed(error)
      else await Promise.all(group.map((one) => writeAlone(means, one)))
    }
  }
  const drain = async () => {
    while (waiting.length > 0) await write()
    writing = false
  }
  return (accepted) =>
    new Promise((done, failed) => {
      waiting.push({ accepted, done, failed })
      if (writing) return
      writing = true
      setImmediate(() => void drain())
    })
}

/** One event that cannot be stored (a byte that the database refuses) must not take the others along. */
async function writeAlone(means: Means, { accepted, done, failed }: Waiting): Promise<void> {
  try {
    done((await receiveWebhooks(means, [accepted]))[0]!)
  } catch (error) {
    failed(error)
  }
}
