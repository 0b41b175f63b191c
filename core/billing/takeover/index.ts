export * from './plan-takeover.ts'
export * from './read-takeover.ts'
export * from './take-over-methods.ts'
