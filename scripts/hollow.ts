/** What the test runner says of a test or suite that ended. Those inside of a suite are told of before it. */
export interface Ended {
  name: string
  nesting: number
  file?: string | undefined
  details: { duration_ms: number; type?: string | undefined }
}

/**
 * Finds suites and files in which nothing was tested. The runner passes them, so a set-up that ends before it registers
 * its tests would hide them behind a green line.
 */
export function watchForHollow(): (ended: Ended) => boolean {
  /** How many tests have ended at each depth since the suite around them began. */
  const tests: number[] = []
  return ({ name, nesting, file, details }) => {
    const inside = tests[nesting + 1] ?? 0
    tests[nesting + 1] = 0
    const suite = details.type === 'suite'
    const hollow = suite ? inside === 0 : nesting === 0 && name === file
    tests[nesting] = (tests[nesting] ?? 0) + (suite ? inside : 1)
    return hollow
  }
}
