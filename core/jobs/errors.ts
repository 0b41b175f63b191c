import { defineError } from '../kernel/index.ts'

export const JobsLeft = defineError(
  'job.left',
  503,
  (p: { count: number; tasks: string; seconds: number }) =>
    `${p.count} jobs were still not done after ${p.seconds} s (${p.tasks}). Is a worker running? See the list of jobs.`,
)
export const JobTakenOver = defineError(
  'job.taken_over',
  409,
  (p: { id: string; attempt: number }) =>
    `Attempt ${p.attempt} of the job ${p.id} was given up and runs elsewhere. Nothing of this attempt was saved.`,
)

export function jobsLeft(left: readonly { task: string; jobs: number }[], timeoutMs: number): Error {
  const count = left.reduce((sum, row) => sum + row.jobs, 0)
  return JobsLeft({ count, tasks: left.map((row) => row.task).join(', '), seconds: timeoutMs / 1000 })
}
