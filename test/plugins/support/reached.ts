import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')

interface Source {
  /** The text of each declaration of the file, by its name. */
  declared: ReadonlyMap<string, string>
  /** Where a name that is not declared here comes from: a file and the name that it has there. */
  imported: ReadonlyMap<string, { from: string; name: string }>
  /** Files of which everything is passed on. */
  passedOn: readonly string[]
}

const sources = new Map(globSync('core/**/*.ts', { cwd: root }).map((file) => [file, read(file)] as const))

/** Every declaration of core, by its file. */
export const declarations: readonly { file: string; name: string; text: string }[] = [...sources].flatMap(
  ([file, { declared }]) => [...declared].map(([name, text]) => ({ file, name, text })),
)

/**
 * The texts of all declarations that one uses, and those use, and so on. Every name that stands in a text counts as used, so
 * that too much is reached rather than too little; what is called through a port is not followed.
 */
export function reached(file: string, name: string): readonly string[] {
  const texts = new Map<string, string>()
  const waiting = [{ file, name }]
  for (const next of waiting) {
    const found = find(next.file, next.name)
    if (!found || texts.has(`${found.file} ${found.name}`)) continue
    texts.set(`${found.file} ${found.name}`, found.text)
    for (const word of new Set(found.text.match(/[A-Za-z_]\w*/g)))
      waiting.push({ file: found.file, name: word })
  }
  return [...texts.values()]
}

function find(file: string, name: string): { file: string; name: string; text: string } | undefined {
  const source = sources.get(file)
  const text = source?.declared.get(name)
  if (text !== undefined) return { file, name, text }
  const elsewhere = source?.imported.get(name)
  if (elsewhere) return find(elsewhere.from, elsewhere.name)
  for (const one of source?.passedOn ?? []) {
    const passed = find(one, name)
    if (passed) return passed
  }
  return undefined
}

function read(file: string): Source {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
  const parts = text.split(/^(?=\S)(?![)}\]])/m)
  const declared = parts.flatMap((part) => {
    const name = /^(?:export )?(?:default )?(?:async )?(?:function\*?|const|let|class) (\w+)/.exec(part)?.[1]
    return name === undefined ? [] : [[name, part] as const]
  })
  const imports = [...text.matchAll(/^(?:import|export) (?:\w+, )?\{([^}]*)\} from '(\.[^']+)'/gm)]
  const imported = imports.flatMap(([, names, from]) =>
    names!
      .split(',')
      .filter((one) => one.trim() !== '')
      .map((one) => {
        const [name, as = name] = one
          .replace(/\btype\b/, '')
          .trim()
          .split(' as ')
        return [as!, { from: place(file, from!), name: name! }] as const
      }),
  )
  const passedOn = [...text.matchAll(/^export \* from '(\.[^']+)'/gm)].map(([, from]) => place(file, from!))
  return { declared: new Map(declared), imported: new Map(imported), passedOn }
}

function place(file: string, from: string): string {
  return join(dirname(file), from)
}
