/** Share of signed prescriptions on which a rule spoke and was signed past; whole percent. */
export const overrideRate = (spoke: number, overridden: number): number =>
  spoke === 0 ? 0 : Math.round((100 * overridden) / spoke);
