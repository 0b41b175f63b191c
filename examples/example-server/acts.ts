import type { ActOutcome, ChangeInput, Failed, ProvisionInput } from '../../sdk/index.ts'
import { pathOf, type Cloud, type Job } from './cloud.ts'

/** Everything that is done to a server is one call of the cloud; what takes long is followed by its job. */
export async function actOn(
  cloud: Cloud,
  input: ChangeInput,
  act: string,
  values: object = {},
): Promise<ActOutcome> {
  const path = `${pathOf(input)}/acts`
  return outcomeOf(await cloud.ask<Job>('POST', path, { act, ...values }, input.idempotency_key))
}

export async function follow(
  cloud: Cloud,
  input: ProvisionInput & { reference: string },
): Promise<ActOutcome> {
  const path = `${pathOf(input)}/acts/${encodeURIComponent(input.reference)}`
  return outcomeOf(await cloud.ask<Job>('GET', path))
}

export const MISSING: Failed = {
  outcome: 'failed',
  code: 'absent',
  message: 'The cloud has no such server.',
  kind: 'permanent',
}

function outcomeOf(job: Job | undefined): ActOutcome {
  if (job === undefined) return MISSING
  if (typeof job.job !== 'string') throw new Error('The cloud answered without a job.')
  switch (job.state) {
    case 'running':
      return { outcome: 'pending', reference: job.job }
    case 'failed':
      return {
        outcome: 'failed',
        code: 'refused',
        message: job.problem ?? 'The cloud gave up.',
        kind: 'permanent',
      }
    case 'done':
      return { outcome: 'done' }
    default:
      throw new Error('The cloud answered with a state that there is not.')
  }
}
