// What is refused, as the recorded data have it.
import * as torch from '@heddle/torch'

/** Class and text of the error of PyTorch's kind that `action` throws. */
export function refused(action: () => unknown): { readonly kind: string; readonly message?: string } {
  try {
    action()
  } catch (error) {
    if (error instanceof torch.TorchError) return { kind: error.name, message: error.message }
    throw error
  }
  return { kind: 'none' }
}

/** A value of a type that TypeScript would not let pass. */
export const wrong = <T>(value: unknown): T => value as T
