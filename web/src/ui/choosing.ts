/** Of what is chosen from so many are shown at once; whoever types finds the others. */
export const SHOWN = 100;

/** What is said where typing finds none. */
export const NOTHING = "Nothing is called that";
