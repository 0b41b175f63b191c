export * from './carried-items.ts'
export * from './carry-lines.ts'
export { dropUnbilled } from './drop-unbilled.ts'
