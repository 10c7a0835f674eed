// Stands in for the main job until the training loop exists.
console.log('The digits example is not built yet.')
