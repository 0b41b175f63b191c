export * from './create-jobs.ts'
export * from './errors.ts'
export * from './jobs.ts'
export * from './timers.ts'
