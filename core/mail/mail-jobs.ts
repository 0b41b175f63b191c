import type { JobHandlers } from '../jobs/index.ts'
import { composeMessage, type ComposeMeans } from './compose-message.ts'
import { deliverMessage, type DeliverMeans } from './deliver-message.ts'

export type MailMeans = ComposeMeans & DeliverMeans

export function mailJobs(means: MailMeans): JobHandlers {
  return {
    'mail.send': (payload: unknown, { jobId }) => composeMessage(means, payload, jobId),
    'mail.deliver': ({ id }: { id: string }, context) => deliverMessage(means, id, context),
  }
}
