export { seedAllocations } from './allocations.ts'
export { seedEggs, seedNests } from './nests.ts'
export { seedLocations, seedNodes } from './nodes.ts'
export { seedUsers } from './users.ts'
