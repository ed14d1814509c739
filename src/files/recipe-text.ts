/** The keyword that a recipe stands under in a file. */
export const recipeKeyword = 'langevin';

/** A recipe as JSON of ASCII alone: text in PNG and GIF files has no other letters for sure, and JSON needs none. */
export const recipeText = (recipe: unknown): string =>
  JSON.stringify(recipe).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
