import type { Egg, Nest, Stamped } from '../panel/records.ts'
import { minecraftPaper } from './eggs/minecraft-paper.ts'
import { rust } from './eggs/rust.ts'
import { valheim } from './eggs/valheim.ts'

type Stamps = Omit<Stamped, 'id'>

/** An egg as it is written down here: the nest, the ids and the times are filled in. */
export type EggSeed = Omit<Egg, keyof Stamped | 'uuid' | 'nest' | 'author' | 'variables'> & {
  variables: Omit<Egg['variables'][number], 'id'>[]
}

const AUTHOR = 'eggs@panel.example'
const EGGS: { nest: number; uuid: string; egg: EggSeed }[] = [
  { nest: 1, uuid: '9a6ad4b2-0c55-4cb4-a2b0-71c6b7f3e001', egg: minecraftPaper },
  { nest: 2, uuid: '9a6ad4b2-0c55-4cb4-a2b0-71c6b7f3e002', egg: rust },
  { nest: 2, uuid: '9a6ad4b2-0c55-4cb4-a2b0-71c6b7f3e003', egg: valheim },
]

export function seedNests(stamps: Stamps): Nest[] {
  return [
    {
      ...stamps,
      id: 1,
      uuid: '5e2f6c1d-7a90-4b0b-8f13-2c1f0a9be001',
      author: AUTHOR,
      name: 'Minecraft',
      description: 'Block building with friends.',
    },
    {
      ...stamps,
      id: 2,
      uuid: '5e2f6c1d-7a90-4b0b-8f13-2c1f0a9be002',
      author: AUTHOR,
      name: 'Survival',
      description: 'Dedicated servers of survival games.',
    },
  ]
}

export function seedEggs(stamps: Stamps): Egg[] {
  let variableId = 0
  return EGGS.map(({ nest, uuid, egg }, index) => ({
    ...stamps,
    ...egg,
    id: index + 1,
    uuid,
    nest,
    author: AUTHOR,
    variables: egg.variables.map((variable) => ({ ...variable, id: ++variableId })),
  }))
}
