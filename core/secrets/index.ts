export * from './key-ring.ts'
export * from './secrets.ts'
