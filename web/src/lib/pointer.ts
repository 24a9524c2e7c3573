/** Whether somebody sits at a keyboard: putting the cursor somewhere covers no screen with one then. */
export const hasKeyboard = (): boolean => matchMedia("(hover: hover) and (pointer: fine)").matches;
