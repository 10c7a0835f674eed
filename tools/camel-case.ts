// PyTorch's names as they are written here.

/** `index_add_` is `indexAdd_`. */
export const camelCase = (name: string): string =>
  name.replaceAll(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
