// Integer expressions that say where a kernel reads and writes: sums of `coefficient * atom` plus a constant, kept in one
// canonical form so that equal addresses are equal data. Atoms are kernel axes, floor quotients and remainders of such
// sums, and i32 scalar values (data-dependent indices). All quantities count elements, never bytes.

/** Position of an axis in `Kernel.axes`. */
export type AxisId = number

export type IndexAtom =
  | { readonly kind: 'axis'; readonly axis: AxisId }
  | { readonly kind: 'quotient'; readonly of: IndexExpression; readonly by: number }
  | { readonly kind: 'remainder'; readonly of: IndexExpression; readonly by: number }
  /** An i32 value of the same code list, computed before. */
  | { readonly kind: 'value'; readonly value: number }

export interface IndexTerm {
  readonly coefficient: number
  readonly atom: IndexAtom
}

/** `constant + Σ coefficient * atom`; terms have non-zero coefficients, distinct atoms, and a fixed order. */
export interface IndexExpression {
  readonly constant: number
  readonly terms: readonly IndexTerm[]
}

/** Holds where `low <= index < high`. */
export interface Guard {
  readonly index: IndexExpression
  readonly low: number
  readonly high: number
}
