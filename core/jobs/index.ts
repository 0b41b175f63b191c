export * from './jobs.ts'
export * from './timers.ts'
