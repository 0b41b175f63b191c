export * from './note-movements.ts'
export * from './plan-movements.ts'
