// What a run of tests says, told apart: a test that fails has noticed something; a process that crashes, hangs or cannot load a
// file has not, since nobody learns from that what is wrong.

export type Outcome =
  | { readonly kind: 'passed' }
  /** `tests`: file and name of each. */
  | { readonly kind: 'failed'; readonly tests: readonly string[] }
  | { readonly kind: 'crashed'; readonly how: string }

/** As much of vitest's JSON report as is read. */
export interface Report {
  readonly testResults: readonly {
    /** The file. */
    readonly name: string
    readonly status: string
    /** Of what stopped the whole file. */
    readonly message?: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** `status`: of vitest's process, undefined if it had to be killed. `report`: what it wrote, if it came so far. */
export function outcomeOf(status: number | undefined, report: Report | undefined): Outcome {
  if (status === undefined) return { kind: 'crashed', how: 'did not end' }
  if (status === 0) return { kind: 'passed' }
  const results = report?.testResults ?? []
  const tests = results.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((result) => result.status === 'failed')
      .map(({ fullName }) => `${name}: ${fullName.trim()}`),
  )
  if (tests.length > 0) return { kind: 'failed', tests }
  const stopped = results.find((result) => result.status === 'failed')
  if (stopped === undefined) return { kind: 'crashed', how: `exit ${status} without a failed test` }
  const [message = ''] = (stopped.message ?? '').split('\n')
  return { kind: 'crashed', how: `${stopped.name}: ${message === '' ? 'the process ended' : message}` }
}
