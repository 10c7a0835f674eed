// How a state starts: plain data, so that a graph can be stored and started elsewhere with the same numbers.

export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  /** Uniform in [low, high). */
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  /** Given values, row-major. */
  | { readonly kind: 'values'; readonly values: readonly number[] }
