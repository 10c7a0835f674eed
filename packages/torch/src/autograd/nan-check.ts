// In anomaly mode backward looks at what each node gives, and names the line of the node that gave the first NaN.
import { readElement } from '@heddle/core'
import { readCell } from '../engine/evaluate.ts'
import { warn } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checksForNan } from './anomaly.ts'
import { anomalousBackward } from './errors.ts'
import type { Node } from './node.ts'

export function checkForNan(node: Node, results: readonly (Tensor | null)[]): void {
  if (!checksForNan()) return
  results.forEach((result, index) => {
    if (result === null || !result.dtype.isFloatingPoint) return
    const data = readCell(result.cell)
    for (let at = 0; at < data.length; at++) {
      if (!Number.isNaN(Number(readElement(result.dtype.core, data, at)))) continue
      if (node.trace !== undefined) {
        warn(
          `Error detected in ${node.name()}. Traceback of forward call that caused the error:\n${node.trace}`,
        )
      }
      throw anomalousBackward(node.name(), index)
    }
  })
}
