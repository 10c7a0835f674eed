// What was measured, as the docs keep it: by runtime, the worst error of each subject and where. Measuring again on the same
// sample gives the same numbers on the same runtime.
import type { Backend } from '@heddle/core'
import { type Accuracy, measureAccuracy } from './accuracy.ts'
import { accuracySubjects } from './accuracy-subjects.ts'
import type { Compiler } from './program-properties.ts'

/** By subject. Errors are rounded up to hundredths of an ulp. */
export type AccuracyRecord = Readonly<Record<string, Accuracy>>

/** The file of the docs: a record of each runtime. */
export interface AccuracyFile {
  readonly cpu: AccuracyRecord
  /** On SwiftShader, the software renderer of the tests. */
  readonly webgl: AccuracyRecord
}

export async function recordAccuracy(
  backend: Backend,
  compile: Compiler['compile'],
): Promise<AccuracyRecord> {
  const record: Record<string, Accuracy> = {}
  for (const subject of accuracySubjects) {
    const { ulp, at } = await measureAccuracy(backend, compile, subject)
    record[subject.name] = { ulp: Math.ceil(ulp * 100) / 100, at }
  }
  return record
}

/** Subjects beyond their bounds, in words. */
export function exceededBounds(record: AccuracyRecord): readonly string[] {
  return accuracySubjects.flatMap(({ name, ulp }) => {
    const found = record[name]
    if (found !== undefined && found.ulp <= ulp) return []
    return [`${name}: ${found?.ulp} ulp at ${found?.at.join(', ')}; at most ${ulp} is promised`]
  })
}

/** The text of the file with one record anew. */
export function accuracyFileText(
  file: AccuracyFile,
  runtime: keyof AccuracyFile,
  record: AccuracyRecord,
): string {
  return `${JSON.stringify({ ...file, [runtime]: record }, null, 1)}\n`
}
