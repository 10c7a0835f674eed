// The options object at the end of arguments.

/** Whether an argument is the options object: a plain object, which nothing else that is passed is. */
export const isOptions = (argument: unknown): argument is object =>
  typeof argument === 'object' &&
  argument !== null &&
  (Object.getPrototypeOf(argument) === Object.prototype || Object.getPrototypeOf(argument) === null)
