/** Everybody's password. */
export const PASSWORD = "correct horse battery";
