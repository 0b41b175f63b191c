export { noteMovements } from './note-movements.ts'
export * from './plan-movements.ts'
export * from './verify-movements.ts'
