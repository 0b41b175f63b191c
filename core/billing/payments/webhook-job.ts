import type { JobRequest } from '../../jobs/index.ts'

/** For a day or so: a gateway's own log of what it sent goes no further back than its tries. */
const ATTEMPTS = 12

/**
 * The job that has a stored event interpreted. Events of one gateway go one after the other, in the order in which they
 * came: a gateway that is slow keeps one worker, however many of its events wait, and never those of the others.
 */
export const webhookJob = (id: string, instanceId: string): JobRequest => ({
  ...{ task: 'billing.webhook', payload: { id }, maxAttempts: ATTEMPTS },
  queue: `webhook:${instanceId}`,
})
