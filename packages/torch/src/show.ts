// What consoles show of an object: its text, not its fields.

/** Makes Node's console show instances of a class by their `toString`. */
export function showAsText(shown: { readonly prototype: { toString(): string } }): void {
  Object.defineProperty(shown.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: { toString(): string }): string {
      return this.toString()
    },
  })
}
